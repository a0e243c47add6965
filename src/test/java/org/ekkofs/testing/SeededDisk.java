package org.ekkofs.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A disk of which every byte is known without any being kept: it follows from the seed. Stretches
 * of it are noise, some compress, some are empty; from each generation to the next a few pieces
 * change. Immutable.
 *
 * @param generation how often it has changed
 * @param bytes its size, which need not be whole pieces
 */
public record SeededDisk(long seed, int generation, long bytes) {
  /** What changes at a time. */
  public static final int PIECE = 4096;

  /** Pieces of one kind that lie together. */
  private static final int STRETCH = 32;

  /** One piece in so many changes from one generation to the next. */
  private static final int CHURN = 50;

  /** A disk that has not changed yet. */
  public static SeededDisk of(long seed, long bytes) {
    return new SeededDisk(seed, 0, bytes);
  }

  /** The same disk, later. */
  public SeededDisk next() {
    return new SeededDisk(seed, generation + 1, bytes);
  }

  /** Where in the buffer the first byte is that differs from the disk at this offset, or -1. */
  public int mismatch(long offset, ByteBuffer actual) {
    ByteBuffer piece = ByteBuffer.allocate(PIECE).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at < actual.remaining(); ) {
      long position = offset + at;
      int from = (int) (position % PIECE);
      int count = Math.min(PIECE - from, actual.remaining() - at);
      fill(position / PIECE, piece);
      int wrong = piece.slice(from, count).mismatch(actual.slice(actual.position() + at, count));
      if (wrong >= 0) {
        return at + wrong;
      }
      at += count;
    }
    return -1;
  }

  /** Writes the disk to a new file, with holes where it is empty. */
  public Path writeTo(Path file) {
    ByteBuffer piece = ByteBuffer.allocate(PIECE).order(ByteOrder.LITTLE_ENDIAN);
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      for (long number = 0; number * PIECE < bytes; number++) {
        boolean data = fill(number, piece);
        boolean last = (number + 1) * PIECE >= bytes;
        if (data || last) {
          channel.write(piece.limit((int) Math.min(PIECE, bytes - number * PIECE)), number * PIECE);
        }
      }
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Puts the content of a piece into the buffer; says whether it is more than zeros. */
  private boolean fill(long number, ByteBuffer piece) {
    int version = version(number);
    long start = mixed(seed + version, number);
    long kind = version == 0 ? mixed(seed, number / STRETCH) & 3 : 1 + (start & 1);
    piece.clear();
    for (int word = 0; word < PIECE / Long.BYTES; word++) {
      piece.putLong(kind == 0 ? 0 : kind == 3 ? start : mixed(start, word));
    }
    piece.flip();
    return kind != 0;
  }

  private int version(long number) {
    int version = generation;
    while (version > 0 && Long.remainderUnsigned(mixed(seed - version, number), CHURN) != 0) {
      version--;
    }
    return version;
  }

  /** Steele, Lea and Flood's SplitMix64. */
  private static long mixed(long seed, long number) {
    long mixed = seed * 0xD1342543DE82EF95L + (number + 1) * 0x9E3779B97F4A7C15L;
    mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }
}
