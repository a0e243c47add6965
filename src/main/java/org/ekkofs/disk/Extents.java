package org.ekkofs.disk;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Room for bytes in pieces of equal size, numbered from 0. Safe for use by many threads. */
interface Extents extends AutoCloseable {
  /** Size of an extent in bytes. */
  int BYTES = 64 << 10;

  /**
   * Reads bytes of some extents that follow each other.
   *
   * @param from where to begin, in bytes from the beginning of the first of all extents
   * @throws IOException if not all of them can be read
   */
  void read(long from, int count, ByteBuffer target) throws IOException;

  /** Writes all that the source has left, as {@link #read} reads. */
  void write(long from, ByteBuffer source) throws IOException;

  @Override
  void close();

  /** How many extents so many bytes take. */
  static int forBytes(int bytes) {
    return (bytes + BYTES - 1) / BYTES;
  }
}
