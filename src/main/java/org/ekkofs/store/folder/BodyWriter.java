package org.ekkofs.store.folder;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.ekkofs.model.FailedException;
import org.ekkofs.store.Body;

/** Writes bodies into files, and tells a body that fails from a file that does. */
final class BodyWriter {
  private static final int STEP_BYTES = 256 << 10;

  private BodyWriter() {}

  /**
   * Writes a new file.
   *
   * @param force whether it is durable afterwards
   * @throws FailedException if the body cannot be read, or has another length than it says
   * @throws IOException if the file cannot be written
   */
  static void write(Body body, Path file, boolean force) throws IOException {
    try (FileChannel channel =
            FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        InputStream from = open(body)) {
      copy(from, channel, body.length());
      if (force) {
        channel.force(true);
      }
    }
  }

  private static void copy(InputStream from, FileChannel to, long length) throws IOException {
    byte[] step = new byte[(int) Math.max(1, Math.min(STEP_BYTES, length))];
    long written = 0;
    for (int count = read(from, step); count >= 0; count = read(from, step)) {
      ByteBuffer left = ByteBuffer.wrap(step, 0, count);
      while (left.hasRemaining()) {
        written += to.write(left);
      }
      if (written > length) {
        throw new FailedException("more than " + length + " bytes came to be stored");
      }
    }
    if (written < length) {
      throw new FailedException(
          "%d bytes came to be stored instead of %d".formatted(written, length));
    }
  }

  private static InputStream open(Body body) {
    try {
      return body.open();
    } catch (IOException e) {
      throw new FailedException("cannot read what is to be stored: " + e.getMessage(), e);
    }
  }

  private static int read(InputStream from, byte[] step) {
    try {
      return from.read(step);
    } catch (IOException e) {
      throw new FailedException("cannot read what is to be stored: " + e.getMessage(), e);
    }
  }
}
