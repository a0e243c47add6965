package org.ekkofs.disk;

import java.util.BitSet;
import java.util.Optional;

/**
 * Which extents are free. Those that are given out together follow each other where possible. Safe
 * for use by many threads; this object's lock guards everything.
 */
final class FreeExtents {
  private final BitSet free;
  private int cursor;

  FreeExtents(int extents) {
    this.free = new BitSet(extents);
    free.set(0, extents);
  }

  /** Takes so many; empty if there are not enough. */
  synchronized Optional<int[]> take(int count) {
    if (free.cardinality() < count) {
      return Optional.empty();
    }
    int[] taken = new int[count];
    for (int n = 0; n < count; n++) {
      int next = free.nextSetBit(cursor);
      taken[n] = next < 0 ? free.nextSetBit(0) : next;
      free.clear(taken[n]);
      cursor = taken[n] + 1;
    }
    return Optional.of(taken);
  }

  /** Takes these; false, and none is taken, if they are not all free. */
  synchronized boolean take(int[] wanted) {
    for (int n = 0; n < wanted.length; n++) {
      if (!free.get(wanted[n])) {
        for (int taken = 0; taken < n; taken++) {
          free.set(wanted[taken]);
        }
        return false;
      }
      free.clear(wanted[n]);
    }
    return true;
  }

  /** Takes all that are free now. */
  synchronized void takeAll() {
    free.clear();
  }

  /** Gives extents back. */
  synchronized void give(int[] extents) {
    for (int extent : extents) {
      free.set(extent);
    }
  }
}
