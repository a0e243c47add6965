package org.ekkofs.vfs;

/**
 * The holes that a reader was told of last, a few: who asks where data begin goes on there. Guarded
 * by the {@link ReadAhead} it belongs to.
 */
final class SeenHoles {
  private static final int MAX = 32;

  private final long[] from = new long[MAX];
  private final long[] to = new long[MAX];
  private int count;

  /** Remembers that there is nothing from one offset up to another. */
  void add(long begin, long end) {
    int place = count++ % MAX;
    from[place] = begin;
    to[place] = end;
  }

  /** Where a reader goes on that has come as far as {@code end}. */
  long after(long end) {
    for (int place = 0; place < Math.min(count, MAX); place++) {
      if (from[place] == end) {
        return to[place];
      }
    }
    return end;
  }
}
