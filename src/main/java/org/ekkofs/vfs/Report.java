package org.ekkofs.vfs;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.ekkofs.control.Job;

/** A job's report as it was at one moment, to be read like a file. Immutable. */
final class Report {
  private final byte[] bytes;

  private Report(byte[] bytes) {
    this.bytes = bytes;
  }

  static Report of(Job job) {
    return new Report(job.report().getBytes(StandardCharsets.UTF_8));
  }

  int length() {
    return bytes.length;
  }

  int read(long offset, ByteBuffer target) {
    if (offset < 0) {
      throw new ErrnoException(Errno.EINVAL);
    }
    int count = (int) Math.max(0, Math.min(target.remaining(), bytes.length - offset));
    if (count > 0) {
      target.put(bytes, (int) offset, count);
    }
    return count;
  }

  /** All of it is data, and the only hole is at its end. */
  long seek(long offset, OpenFile.Seek what) {
    if (offset < 0 || offset >= bytes.length) {
      throw new ErrnoException(Errno.ENXIO);
    }
    return what == OpenFile.Seek.DATA ? offset : bytes.length;
  }
}
