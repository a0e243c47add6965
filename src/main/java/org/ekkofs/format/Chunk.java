package org.ekkofs.format;

import java.nio.ByteBuffer;
import java.util.Objects;

/** A chunk, decoded, every block of it verified. Immutable, so it can be shared. */
public final class Chunk {
  private final ChunkHeader header;
  private final byte[] data;

  Chunk(ChunkHeader header, byte[] data) {
    this.header = header;
    this.data = data;
  }

  /** What the chunk holds. */
  public ChunkHeader header() {
    return header;
  }

  /**
   * Copies bytes of a block.
   *
   * @param block which block; it must be one of the chunk's
   * @param from where to begin, counted from the beginning of the block
   * @param count how many bytes; all must lie within the block
   */
  public void copy(int block, int from, int count, ByteBuffer target) {
    Objects.checkFromIndexSize(from, count, header.blockLength(block));
    target.put(data, header.blockOffset(block) + from, count);
  }

  /** How many bytes of memory the chunk takes, roughly. */
  public int weight() {
    return header.weight() + data.length + 64;
  }
}
