package org.ekkofs.vfs;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.ekkofs.control.Job;
import org.ekkofs.control.JobWriter;

/**
 * A job that is being read or written. A read at offset 0 looks at the job anew, those that follow
 * go on in the same report. Writes add to the job wherever they claim to go. This object's lock
 * guards the report.
 */
final class OpenJob implements OpenFile {
  private final Job job;
  private final Optional<JobWriter> writer;
  private Report report;

  OpenJob(Job job, Optional<JobWriter> writer) {
    this.job = job;
    this.writer = writer;
    this.report = Report.of(job);
  }

  @Override
  public boolean immutable() {
    return false;
  }

  @Override
  public synchronized int readNow(long offset, ByteBuffer target) {
    if (offset == 0) {
      report = Report.of(job);
    }
    return report.read(offset, target);
  }

  @Override
  public int read(long offset, ByteBuffer target) {
    return readNow(offset, target);
  }

  @Override
  public int write(long offset, ByteBuffer source) {
    int count = source.remaining();
    JobWriter open = writer.orElseThrow(() -> new ErrnoException(Errno.EROFS));
    if (!open.write(source)) {
      throw new ErrnoException(Errno.EFBIG);
    }
    return count;
  }

  @Override
  public void flush() {
    if (writer.isPresent() && !writer.get().finish()) {
      throw new ErrnoException(Errno.EFBIG);
    }
  }

  @Override
  public synchronized long seek(long offset, Seek what) {
    return report.seek(offset, what);
  }

  @Override
  public void close() {
    writer.ifPresent(JobWriter::close);
  }
}
