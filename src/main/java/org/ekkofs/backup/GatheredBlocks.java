package org.ekkofs.backup;

import org.ekkofs.format.ChunkCodec;
import org.ekkofs.format.SegmentHash;
import org.ekkofs.model.BlockMask;
import org.ekkofs.model.SegmentSize;

/** Blocks for one chunk, gathered from several segments that share it. For one thread. */
final class GatheredBlocks {
  private final SegmentSize size;
  private final byte[] segment;
  private BlockMask blocks = BlockMask.NONE;
  private int length;

  GatheredBlocks(SegmentSize size) {
    this.size = size;
    this.segment = new byte[size.bytes()];
  }

  /**
   * Adds those blocks of a segment that are proved.
   *
   * @param wanted which blocks to look at
   * @param content what may be the segment
   */
  void add(BlockMask wanted, SegmentUse use, byte[] content, Evidence evidence) {
    Evidence.forEach(
        wanted.minus(blocks),
        block -> {
          if (evidence.proves(block, content)) {
            int from = block * size.blockBytes();
            int count = use.blockLength(block);
            System.arraycopy(content, from, segment, from, count);
            blocks = blocks.with(block);
            length = Math.max(length, from + count);
          }
        });
  }

  /** Whether there is something to gather, and all of it is there. */
  boolean has(BlockMask wanted) {
    return !wanted.isEmpty() && blocks.contains(wanted);
  }

  /** A chunk of some of the blocks, all of which are there. */
  byte[] encode(ChunkCodec codec, BlockMask wanted) {
    SegmentHash hash = SegmentHash.of(segment, length, size);
    return codec.encode(segment, length, hash, wanted);
  }
}
