package org.ekkofs.format;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import org.ekkofs.model.BlockMask;
import org.ekkofs.model.SegmentSize;

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

  /**
   * Some of the chunk's blocks, one behind the other; possibly the chunk's own memory, so nobody
   * may write to it.
   *
   * @param blocks at least one, all of which the chunk has
   */
  public byte[] select(BlockMask blocks) {
    if (blocks.equals(header.blocks())) {
      return data;
    }
    ByteBuffer selected = ByteBuffer.allocate(blocks.count() * header.blockLength(blocks.next(0)));
    for (int block = blocks.next(0); block < SegmentSize.BLOCKS; block = blocks.next(block + 1)) {
      copy(block, 0, header.blockLength(block), selected);
    }
    return Arrays.copyOf(selected.array(), selected.position());
  }
}
