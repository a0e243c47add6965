package org.ekkofs.backup;

import java.util.Optional;
import java.util.SplittableRandom;
import org.ekkofs.format.SegmentHash;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.BlockMask;
import org.ekkofs.model.DiskGeometry;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.SegmentEntry;
import org.ekkofs.model.SegmentIndex;

/**
 * Reads a random sample of the segments that are said to be as in the parent, and compares them. It
 * is another sample for each backup. Safe for use by many threads.
 *
 * @param percent how many of them, 0 to 100
 */
record UnreadCheck(SegmentReader reader, DiskGeometry geometry, BackupId backup, int percent) {
  private static final int ALL = 100;

  /** Whether the segment is in the sample. */
  boolean has(SegmentIndex segment) {
    return percent > 0
        && new SplittableRandom(backup.hashCode() + segment.value() * 31).nextInt(ALL) < percent;
  }

  /**
   * Compares a segment with the parent's.
   *
   * @param inParent empty if it is all zero there
   * @param buffer room for a segment
   * @throws FailedException if they differ
   */
  void compare(SegmentIndex segment, Optional<SegmentEntry> inParent, byte[] buffer) {
    int length = geometry.length(segment);
    reader.read(segment, BlockMask.first(geometry.blocks(length)), buffer);
    SegmentHash found = SegmentHash.of(buffer, length, geometry.segmentSize());
    boolean same =
        inParent.map(entry -> entry.digest().equals(found.digest())).orElseGet(found::isZero);
    if (!same) {
      long offset = geometry.offset(segment);
      throw new FailedException(
          "%s differs from the parent between bytes %d and %d, where nothing is said to have changed; leave out what names the changes, so that all of it is compared"
              .formatted(reader.source().description(), offset, offset + length));
    }
  }
}
