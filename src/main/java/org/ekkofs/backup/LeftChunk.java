package org.ekkofs.backup;

import org.ekkofs.format.ChunkHeader;
import org.ekkofs.format.SegmentHash;
import org.ekkofs.model.BlockMask;
import org.ekkofs.model.ChunkId;
import org.ekkofs.model.Digest;
import org.ekkofs.model.SegmentSize;

/**
 * A chunk that an unfinished copy has stored.
 *
 * @param storedBytes length of its object
 */
record LeftChunk(ChunkId chunk, ChunkHeader header, long storedBytes) {
  /** Whether it has these blocks, with these digests. */
  boolean holds(BlockMask blocks, SegmentHash hash) {
    if (!header.blocks().contains(blocks)) {
      return false;
    }
    byte[] digest = new byte[Digest.BYTES];
    for (int block = blocks.next(0); block < SegmentSize.BLOCKS; block = blocks.next(block + 1)) {
      header.copyDigest(block, digest, 0);
      if (!hash.sameBlock(block, digest, 0)) {
        return false;
      }
    }
    return true;
  }
}
