package org.ekkofs.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;

/**
 * A disk in memory with random content, which can be changed at random like a disk in use and
 * written to a sparse file. Not safe for use by more than one thread.
 */
public final class DiskImage {
  private static final int PIECE = 4096;

  private final Random random;
  private byte[] content;

  /** A disk of this size, some of it data that compresses, some that does not, some empty. */
  public DiskImage(long seed, int bytes) {
    this.random = new Random(seed);
    this.content = new byte[bytes];
    for (int from = 0; from < bytes; from += 1 << 17) {
      fill(from, Math.min(bytes, from + (1 << 17)));
    }
  }

  private void fill(int from, int to) {
    switch (random.nextInt(3)) {
      case 0 -> Arrays.fill(content, from, to, (byte) 0);
      case 1 -> noise(from, to);
      default -> Arrays.fill(content, from, to, (byte) (1 + random.nextInt(200)));
    }
  }

  private void noise(int from, int to) {
    byte[] noise = new byte[to - from];
    random.nextBytes(noise);
    System.arraycopy(noise, 0, content, from, noise.length);
  }

  /** Changes a few pieces of 4 KiB, and zeroes one now and then. */
  public void churn(int pieces) {
    for (int piece = 0; piece < pieces && content.length > 0; piece++) {
      int from = random.nextInt(content.length) / PIECE * PIECE;
      int to = Math.min(content.length, from + PIECE);
      if (random.nextInt(4) == 0) {
        Arrays.fill(content, from, to, (byte) 0);
      } else {
        noise(from, to);
      }
    }
  }

  /** Makes the disk larger or smaller. */
  public void resize(int bytes) {
    content = Arrays.copyOf(content, bytes);
  }

  /** A copy of the bytes. */
  public byte[] bytes() {
    return content.clone();
  }

  /** Writes the disk to a new file with holes where there are zeros. */
  public Path writeTo(Path file) {
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      for (int from = 0; from < content.length; from += PIECE) {
        int to = Math.min(content.length, from + PIECE);
        if (to == content.length || !isZero(from, to)) {
          channel.write(ByteBuffer.wrap(content, from, to - from), from);
        }
      }
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean isZero(int from, int to) {
    for (int index = from; index < to; index++) {
      if (content[index] != 0) {
        return false;
      }
    }
    return true;
  }
}
