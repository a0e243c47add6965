package org.ekkofs.disk;

import java.nio.ByteBuffer;
import org.ekkofs.model.BlockMask;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.DiskGeometry;
import org.ekkofs.model.SegmentEntry;
import org.ekkofs.model.SegmentSize;

/**
 * How the bytes of a segment lie when its zero blocks are left out: the others one behind the
 * other, all whole but the last, which may be short.
 *
 * @param blocks which blocks are there, at least one
 * @param blockBytes size of a whole block
 * @param length length of the segment with its zeros, in bytes
 */
record SegmentShape(BlockMask blocks, int blockBytes, int length) {
  /** Where the bytes come from. */
  interface Source {
    /**
     * Copies bytes.
     *
     * @param at where to begin among the bytes that are there
     * @return false if they cannot be had; then the target is in no particular state
     */
    boolean copy(int at, int count, ByteBuffer target);
  }

  /**
   * Checks that the blocks lie within the segment.
   *
   * @throws CorruptException if not
   */
  SegmentShape {
    int max = SegmentSize.MAX_BYTES;
    if (length < 1 || length > max || blockBytes < 1 || blockBytes > max / SegmentSize.BLOCKS) {
      throw new CorruptException("a segment of %d bytes in %d".formatted(length, blockBytes));
    }
    int count = (length + blockBytes - 1) / blockBytes;
    if (count > SegmentSize.BLOCKS
        || blocks.isEmpty()
        || !BlockMask.first(count).contains(blocks)) {
      throw new CorruptException("blocks %s of %d".formatted(blocks, count));
    }
  }

  /** The shape of a segment that a manifest describes. */
  static SegmentShape of(DiskGeometry geometry, SegmentEntry entry) {
    return new SegmentShape(
        entry.blocks(), geometry.segmentSize().blockBytes(), geometry.length(entry.segment()));
  }

  /** How many bytes are there. */
  int dataBytes() {
    int last = SegmentSize.BLOCKS - 1 - Long.numberOfLeadingZeros(blocks.bits());
    return place(last) + Math.min(blockBytes, length - last * blockBytes);
  }

  /** Where a block begins among the bytes that are there. */
  private int place(int block) {
    return blocks.rank(block) * blockBytes;
  }

  /**
   * Copies bytes of the segment, which must lie in it, zeros included.
   *
   * @return false if the source could not give them; then the target is in no particular state
   */
  boolean copy(int from, int count, Source source, ByteBuffer target) {
    int end = from + count;
    for (int position = from; position < end; ) {
      int block = position / blockBytes;
      boolean there = blocks.has(block);
      long others = there ? ~blocks.bits() : blocks.bits();
      int next = block + Long.numberOfTrailingZeros(others >>> block);
      int part = next >= SegmentSize.BLOCKS ? end : Math.min(end, next * blockBytes);
      if (!there) {
        Zeros.fill(target, part - position);
      } else if (!source.copy(
          place(block) + position - block * blockBytes, part - position, target)) {
        return false;
      }
      position = part;
    }
    return true;
  }
}
