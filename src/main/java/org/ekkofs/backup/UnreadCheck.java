package org.ekkofs.backup;

import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.ekkofs.format.SegmentHash;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.BlockMask;
import org.ekkofs.model.DiskGeometry;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.SegmentEntry;
import org.ekkofs.model.SegmentIndex;

/**
 * Reads a random sample of the segments that are said to be as in the parent, or to be so but for
 * some blocks, and compares them. It is another sample for each backup. Safe for use by many
 * threads.
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
    compare(
        segment,
        found ->
            inParent.map(entry -> entry.digest().equals(found.digest())).orElseGet(found::isZero),
        buffer);
  }

  /**
   * Compares a segment of which some blocks have changed with what those and the parent's others
   * add up to, if it is in the sample.
   *
   * @param expected what they add up to
   * @param buffer has those blocks, and the others afterwards
   * @throws FailedException if the others differ
   */
  void compareRest(SegmentIndex segment, SegmentHash expected, byte[] buffer) {
    if (has(segment)) {
      compare(segment, found -> found.digest().equals(expected.digest()), buffer);
    }
  }

  private void compare(SegmentIndex segment, Predicate<SegmentHash> same, byte[] buffer) {
    int length = geometry.length(segment);
    reader.read(segment, BlockMask.first(geometry.blocks(length)), buffer);
    if (!same.test(SegmentHash.of(buffer, length, geometry.segmentSize()))) {
      long offset = geometry.offset(segment);
      throw new FailedException(
          "%s differs from the parent between bytes %d and %d, where nothing is said to have changed; leave out what names the changes, so that all of it is compared"
              .formatted(reader.source().description(), offset, offset + length));
    }
  }
}
