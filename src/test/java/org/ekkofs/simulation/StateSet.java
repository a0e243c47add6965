package org.ekkofs.simulation;

/**
 * States that have been seen: the number of a content, and where up to four processes stand. Exact:
 * each takes two long values. For one thread.
 */
final class StateSet {
  private static final int MOST_NODES = 1 << 24;

  private long[] highs = new long[1 << 16];
  private long[] lows = new long[1 << 16];
  private int size;

  /** How many there are. */
  int size() {
    return size;
  }

  /** Adds a state; says whether it was not there. */
  boolean add(int content, Histories.Node[] nodes) {
    long[] numbers = new long[4];
    for (int role = 0; role < nodes.length; role++) {
      numbers[role] = nodes[role].number + 1L;
      if (numbers[role] >= MOST_NODES) {
        throw new IllegalStateException("too many histories");
      }
    }
    // Never 0, as a process always stands somewhere.
    long high = numbers[0] << 40 | numbers[1] << 16 | numbers[2] >>> 8;
    long low = numbers[2] << 56 | numbers[3] << 32 | Integer.toUnsignedLong(content);
    if (size * 2 > highs.length) {
      grow();
    }
    return insert(high, low);
  }

  private boolean insert(long high, long low) {
    long mixed = (high * 0x9E3779B97F4A7C15L ^ low) * 0xD1342543DE82EF95L;
    int mask = highs.length - 1;
    int at = (int) (mixed >>> 32) & mask;
    while (highs[at] != 0) {
      if (highs[at] == high && lows[at] == low) {
        return false;
      }
      at = at + 1 & mask;
    }
    highs[at] = high;
    lows[at] = low;
    size++;
    return true;
  }

  private void grow() {
    long[] oldHighs = highs;
    long[] oldLows = lows;
    highs = new long[oldHighs.length * 2];
    lows = new long[oldLows.length * 2];
    size = 0;
    for (int at = 0; at < oldHighs.length; at++) {
      if (oldHighs[at] != 0) {
        insert(oldHighs[at], oldLows[at]);
      }
    }
  }
}
