package org.ekkofs.source.nbd;

import java.util.Arrays;
import java.util.function.IntPredicate;
import org.ekkofs.model.FailedException;

/**
 * A window of a disk, divided into runs for which something holds or does not, in turn. Immutable.
 */
final class Runs {
  /** Where runs begin, ascending, and the window's end. */
  private final long[] borders;

  private final boolean first;

  private Runs(long[] borders, boolean first) {
    this.borders = borders;
    this.first = first;
  }

  /**
   * What a server says of a window.
   *
   * @param start where the window begins
   * @param size where the disk ends, and the window at the latest
   * @param words pairs of a length and a number, both unsigned
   * @param holds of which numbers it holds
   * @throws FailedException if the lengths make no sense
   */
  static Runs of(long start, long size, int[] words, IntPredicate holds) {
    long[] borders = new long[words.length / 2 + 1];
    borders[0] = start;
    boolean first = words.length > 1 && holds.test(words[1]);
    boolean current = first;
    int runs = 0;
    long end = start;
    for (int word = 0; word + 1 < words.length && end < size; word += 2) {
      if (words[word] == 0) {
        throw new FailedException("the NBD server tells of an extent without any length");
      }
      boolean next = holds.test(words[word + 1]);
      runs += next == current ? 0 : 1;
      current = next;
      end = Math.min(size, end + Integer.toUnsignedLong(words[word]));
      borders[runs + 1] = end;
    }
    if (end == start) {
      throw new FailedException("the NBD server tells of no extents");
    }
    return new Runs(Arrays.copyOf(borders, runs + 2), first);
  }

  /** Whether the window has the offset. */
  boolean covers(long offset) {
    return offset >= borders[0] && offset < end();
  }

  /** The first offset after the window. */
  long end() {
    return borders[borders.length - 1];
  }

  /**
   * The first offset from this one on, which the window has, where it holds or not; else the end.
   */
  long next(long offset, boolean wanted) {
    int found = Arrays.binarySearch(borders, offset);
    int run = found >= 0 ? found : -found - 2;
    boolean value = first ^ (run & 1) != 0;
    return value == wanted ? offset : borders[run + 1];
  }
}
