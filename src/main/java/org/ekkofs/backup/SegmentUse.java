package org.ekkofs.backup;

import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.BlockMask;
import org.ekkofs.model.ChunkId;
import org.ekkofs.model.DiskGeometry;
import org.ekkofs.model.Layer;
import org.ekkofs.model.SegmentEntry;

/**
 * A segment of a backup, as its manifest describes it.
 *
 * @param backup whose segment it is
 * @param geometry of the backup's disk
 */
record SegmentUse(TrackedBackup backup, DiskGeometry geometry, SegmentEntry entry) {
  /** Where it begins on the disk. */
  long offset() {
    return geometry.offset(entry.segment());
  }

  /** How long it is in bytes. */
  int length() {
    return geometry.length(entry.segment());
  }

  /** How many blocks it has. */
  int blocks() {
    return geometry.blocks(length());
  }

  /** How long one of its blocks is. */
  int blockLength(int block) {
    return geometry.blockLength(block, length());
  }

  /** Which of its blocks lie in a chunk. */
  BlockMask blocksIn(ChunkId chunk) {
    return entry.layers().stream()
        .filter(layer -> layer.chunk().equals(chunk))
        .map(Layer::blocks)
        .reduce(BlockMask.NONE, BlockMask::or);
  }
}
