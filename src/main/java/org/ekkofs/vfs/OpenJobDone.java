package org.ekkofs.vfs;

import java.nio.ByteBuffer;
import org.ekkofs.control.Job;
import org.jspecify.annotations.Nullable;

/**
 * A read of a job's report that waits for the job's end. If the job has failed, where the report
 * ends there is EIO instead of the end of the file, so that a reader sees both.
 */
final class OpenJobDone implements OpenFile {
  private record Ended(Report report, boolean failed) {
    int read(long offset, ByteBuffer target) {
      int count = report.read(offset, target);
      if (count == 0 && failed && target.hasRemaining()) {
        throw new ErrnoException(Errno.EIO);
      }
      return count;
    }
  }

  private final Job job;
  private volatile @Nullable Ended ended;

  OpenJobDone(Job job) {
    this.job = job;
  }

  @Override
  public boolean immutable() {
    return false;
  }

  @Override
  public boolean waitsForEvents() {
    return true;
  }

  @Override
  public int readNow(long offset, ByteBuffer target) {
    Ended seen = ended;
    return offset == 0 || seen == null ? WOULD_BLOCK : seen.read(offset, target);
  }

  @Override
  public int read(long offset, ByteBuffer target) throws InterruptedException {
    Ended seen = ended;
    if (offset == 0 || seen == null) {
      job.awaitEnd();
      seen = new Ended(Report.of(job), job.failed());
      ended = seen;
    }
    return seen.read(offset, target);
  }

  @Override
  public long seek(long offset, Seek what) {
    Ended seen = ended;
    return (seen == null ? Report.of(job) : seen.report()).seek(offset, what);
  }

  @Override
  public void close() {
    ended = null;
  }
}
