package org.ekkofs.backup;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.ekkofs.model.SegmentEntry;
import org.ekkofs.model.Verdict;

/**
 * Which segments a verification reads: a random choice, always the same for the same seed. Segments
 * of equal content are chosen or left out together, so that what backups share need not be read for
 * each of them.
 *
 * @param percent of all segments, 0 to 100
 */
record Sample(long seed, int percent) {
  /** Whether the segment is chosen. */
  boolean has(SegmentEntry entry) {
    return percent == Verdict.ALL || Long.remainderUnsigned(rank(entry), Verdict.ALL) < percent;
  }

  /** A random number, unsigned: the lowest of a backup is read if no segment is chosen. */
  long rank(SegmentEntry entry) {
    long content = ByteBuffer.wrap(entry.digest().toBytes()).getLong();
    return new SplittableRandom(seed ^ content).nextLong();
  }
}
