package org.ekkofs.endtoend;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import org.ekkofs.testing.SeededDisk;

/** An open backup in a mount of which every byte that is read is compared. For one thread. */
final class CheckedFile implements AutoCloseable {
  static final int MAX_READ = 1 << 20;

  private final Path path;
  private final SeededDisk disk;
  private final FileChannel channel;

  private CheckedFile(Path path, SeededDisk disk, FileChannel channel) {
    this.path = path;
    this.disk = disk;
    this.channel = channel;
  }

  /** Opens it for reads through the kernel's cache. */
  static CheckedFile buffered(Path path, SeededDisk disk) throws IOException {
    return new CheckedFile(path, disk, FileChannel.open(path));
  }

  /** Opens it for reads that all reach the server; they must lie at whole pieces of 4 KiB. */
  static CheckedFile direct(Path path, SeededDisk disk) throws IOException {
    try {
      return new CheckedFile(
          path, disk, FileChannel.open(path, StandardOpenOption.READ, ExtendedOpenOption.DIRECT));
    } catch (UnsupportedOperationException e) {
      // What the mount has answered to one of the calls that this takes.
      throw e.getCause() instanceof IOException answer ? answer : new IOException(e);
    }
  }

  /** Something to read into. */
  static ByteBuffer buffer() {
    return ByteBuffer.allocateDirect(MAX_READ + SeededDisk.PIECE).alignedSlice(SeededDisk.PIECE);
  }

  /** Reads 4 KiB to 1 MiB anywhere, in whole pieces; says how much it was. */
  int readAnywhere(Random random, ByteBuffer buffer) throws IOException {
    long pieces = (disk.bytes() + SeededDisk.PIECE - 1) / SeededDisk.PIECE;
    int count = SeededDisk.PIECE << random.nextInt(9);
    return read(Math.abs(random.nextLong() % pieces) * SeededDisk.PIECE, count, buffer);
  }

  /**
   * Reads and compares.
   *
   * @return how many bytes there were up to the end of the disk
   * @throws IOException what the mount has answered
   * @throws AssertionError if a byte is wrong or missing
   */
  int read(long offset, int count, ByteBuffer buffer) throws IOException {
    buffer.clear().limit(count);
    int expected = (int) Math.max(0, Math.min(count, disk.bytes() - offset));
    while (buffer.position() < expected && channel.read(buffer, offset + buffer.position()) > 0) {
      // A part of it may fail, and the rest comes before that is said.
    }
    if (buffer.position() != expected) {
      throw wrong("%d bytes instead of %d", buffer.position(), expected, offset);
    }
    int wrong = disk.mismatch(offset, buffer.flip());
    if (wrong >= 0) {
      throw wrong("byte %d of %d is wrong", wrong, expected, offset);
    }
    return expected;
  }

  /** Reads all of it; says how many reads of 1 MiB have failed with EIO. */
  int failuresInAll(ByteBuffer buffer) {
    int failures = 0;
    for (long offset = 0; offset < disk.bytes(); offset += MAX_READ) {
      try {
        read(offset, MAX_READ, buffer);
      } catch (IOException e) {
        failures++;
      }
    }
    return failures;
  }

  private AssertionError wrong(String what, int first, int second, long offset) {
    return new AssertionError(
        "%s at %d in %s, %s".formatted(what.formatted(first, second), offset, path, disk));
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
