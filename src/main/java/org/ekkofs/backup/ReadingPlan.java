package org.ekkofs.backup;

import java.util.Optional;
import java.util.OptionalLong;
import org.ekkofs.model.BlockMask;
import org.ekkofs.model.DiskGeometry;
import org.ekkofs.model.Layer;
import org.ekkofs.model.SegmentEntry;
import org.ekkofs.model.SegmentIndex;
import org.ekkofs.source.Changes;
import org.ekkofs.source.DiskSource;

/**
 * What of a disk must be read for a snapshot: all that may hold data or, where source and parent
 * say together what has changed, the blocks that may have. For one thread.
 */
sealed interface ReadingPlan {
  /** What to read of a disk relative to a parent. */
  static ReadingPlan of(DiskSource source, DiskGeometry geometry, ParentDisk parent) {
    Optional<Changes> changes = source.changes().filter(known -> parent != ParentDisk.NONE);
    return changes.isPresent()
        ? new Changed(source, changes.get(), geometry, parent)
        : new Everything(source, geometry);
  }

  /**
   * Where the next segment begins that may hold data, or may have held some in the parent.
   *
   * @param position where a segment begins
   * @return the disk's size if there is none
   */
  long next(long position);

  /** Whether something is left out because it is said not to have changed. */
  boolean trusting();

  /** The blocks of a segment to be read; all others are as in the parent. */
  BlockMask blocks(SegmentIndex segment);

  /** All that may hold data. */
  record Everything(DiskSource source, DiskGeometry geometry) implements ReadingPlan {
    @Override
    public long next(long position) {
      return begin(source.nextData(position), geometry);
    }

    @Override
    public boolean trusting() {
      return false;
    }

    @Override
    public BlockMask blocks(SegmentIndex segment) {
      return all(segment, geometry);
    }
  }

  /** What may have changed. */
  record Changed(DiskSource source, Changes changes, DiskGeometry geometry, ParentDisk parent)
      implements ReadingPlan {
    @Override
    public long next(long position) {
      long changed = Math.min(changes.nextChanged(position), Math.max(position, alike()));
      long data =
          changed >= geometry.diskBytes()
              ? geometry.diskBytes()
              : begin(source.nextData(changed), geometry);
      OptionalLong inParent = parent.next(geometry.segmentAt(position));
      return inParent.isPresent() && inParent.getAsLong() < geometry.segments()
          ? Math.min(data, geometry.offset(new SegmentIndex(inParent.getAsLong())))
          : data;
    }

    @Override
    public boolean trusting() {
      return true;
    }

    @Override
    public BlockMask blocks(SegmentIndex segment) {
      int length = geometry.length(segment);
      if (geometry.offset(segment) >= alike()) {
        return all(segment, geometry);
      }
      BlockMask changed = changed(geometry.offset(segment), length);
      int layers =
          parent.segment(segment).map(SegmentEntry::layers).map(list -> list.size()).orElse(0);
      boolean storedWhole =
          layers >= Layer.MAX_PER_SEGMENT || changed.count() * 2 > geometry.blocks(length);
      return storedWhole && !changed.isEmpty() ? all(segment, geometry) : changed;
    }

    /** Up to where the segments of both disks have the same places and lengths. */
    private long alike() {
      long both = Math.min(parent.diskBytes(), geometry.diskBytes());
      return parent.diskBytes() == geometry.diskBytes()
          ? both
          : both - both % geometry.segmentSize().bytes();
    }

    private BlockMask changed(long offset, int length) {
      int blockBytes = geometry.segmentSize().blockBytes();
      long end = offset + length;
      BlockMask blocks = BlockMask.NONE;
      for (long from = changes.nextChanged(offset); from < end; ) {
        long to = Math.min(end, changes.nextUnchanged(from));
        int first = (int) ((from - offset) / blockBytes);
        int last = (int) ((to - 1 - offset) / blockBytes);
        blocks = blocks.or(BlockMask.range(first, last));
        from = to >= end ? end : changes.nextChanged(to);
      }
      return blocks;
    }
  }

  private static long begin(long offset, DiskGeometry geometry) {
    return offset >= geometry.diskBytes()
        ? geometry.diskBytes()
        : geometry.offset(geometry.segmentAt(offset));
  }

  private static BlockMask all(SegmentIndex segment, DiskGeometry geometry) {
    return BlockMask.first(geometry.blocks(geometry.length(segment)));
  }
}
