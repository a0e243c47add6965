package org.ekkofs.fuse;

import java.nio.ByteBuffer;
import java.util.Random;
import org.ekkofs.vfs.Errno;
import org.ekkofs.vfs.ErrnoException;
import org.ekkofs.vfs.OpenFile;

/** A disk's content by rule: some blocks hold pseudo-random bytes, the rest are holes. */
final class SparseContent {
  static final int BLOCK = 16 << 10;
  private static final int PATTERN = 1 << 20;

  private final byte[] pattern = new byte[PATTERN];
  private final long size;
  private final int dataEvery;

  /** One block in so many has data; the first one has none unless all have. */
  SparseContent(long size, int dataEvery, long seed) {
    this.size = size;
    this.dataEvery = dataEvery;
    new Random(seed).nextBytes(pattern);
  }

  long size() {
    return size;
  }

  boolean isData(long block) {
    return block % dataEvery == dataEvery - 1;
  }

  long dataBytes() {
    long bytes = 0;
    for (long block = 0; block * BLOCK < size; block++) {
      bytes += isData(block) ? Math.min(BLOCK, size - block * BLOCK) : 0;
    }
    return bytes;
  }

  int read(long offset, ByteBuffer target) {
    int count = (int) Math.max(0, Math.min(target.remaining(), size - offset));
    for (int done = 0; done < count; ) {
      long at = offset + done;
      int length = (int) Math.min(count - done, BLOCK - at % BLOCK);
      if (isData(at / BLOCK)) {
        target.put(pattern, (int) (at % PATTERN), length);
      } else {
        target.put(new byte[length]);
      }
      done += length;
    }
    return count;
  }

  byte[] bytes(long offset, int length) {
    ByteBuffer buffer = ByteBuffer.allocate(length);
    read(offset, buffer);
    byte[] bytes = new byte[buffer.position()];
    buffer.flip().get(bytes);
    return bytes;
  }

  long seek(long offset, OpenFile.Seek what) {
    boolean data = what == OpenFile.Seek.DATA;
    for (long at = offset; at < size; at = (at / BLOCK + 1) * BLOCK) {
      if (isData(at / BLOCK) == data) {
        return at;
      }
    }
    if (data || offset >= size) {
      throw new ErrnoException(Errno.ENXIO);
    }
    return size;
  }
}
