package org.ekkofs.disk;

import java.util.OptionalLong;
import org.ekkofs.manifest.Manifest;
import org.ekkofs.model.BlockMask;
import org.ekkofs.model.DiskGeometry;
import org.ekkofs.model.SegmentIndex;

/**
 * Looks for the end of the run that a block lies in, while it is shown the segments from there on.
 * For one thread.
 */
final class RunSearch implements Manifest.MaskVisitor {
  private final DiskGeometry geometry;
  private final long first;
  private final int block;
  private final long limit;

  /** The first segment that was not seen yet. */
  private long next;

  private boolean inData;
  private OptionalLong end = OptionalLong.empty();

  /**
   * Begins at a block.
   *
   * @param limit after how many segments of nothing but data to give up
   */
  RunSearch(DiskGeometry geometry, long segment, int block, int limit) {
    this.geometry = geometry;
    this.first = segment;
    this.block = block;
    this.limit = limit;
    this.next = segment;
  }

  @Override
  public boolean segment(long segment, BlockMask blocks) {
    int from = segment == first ? block : 0;
    if (segment == first) {
      inData = blocks.has(block);
    }
    if (inData && segment != next) {
      end = at(next, 0);
      return false;
    }
    BlockMask other = inData ? holes(segment, blocks) : blocks;
    next = segment + 1;
    int change = other.next(from);
    if (change < Long.SIZE) {
      end = at(segment, change);
      return false;
    }
    return !inData || next - first < limit;
  }

  private BlockMask holes(long segment, BlockMask blocks) {
    int length = geometry.length(new SegmentIndex(segment));
    return BlockMask.first(geometry.blocks(length)).minus(blocks);
  }

  /** Says that there was no other segment to show, unless the search was over before. */
  void finish() {
    boolean gaveUp = inData && next - first >= limit;
    if (end.isEmpty() && !gaveUp) {
      end = inData ? at(next, 0) : OptionalLong.of(geometry.diskBytes());
    }
  }

  /** Whether the block the search began at is data. */
  boolean inData() {
    return inData;
  }

  /** Where the run ends; empty if that is at the beginning of {@link #next} or later. */
  OptionalLong end() {
    return end;
  }

  /** The segment to go on with. */
  long next() {
    return next;
  }

  private OptionalLong at(long segment, int at) {
    return OptionalLong.of(offset(geometry, segment, at));
  }

  /** Where a block begins, or the disk ends if that is before it. */
  static long offset(DiskGeometry geometry, long segment, int block) {
    long offset =
        segment * geometry.segmentSize().bytes()
            + (long) block * geometry.segmentSize().blockBytes();
    return Math.min(geometry.diskBytes(), offset);
  }
}
