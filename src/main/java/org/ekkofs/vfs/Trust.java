package org.ekkofs.vfs;

/**
 * How much of what was fetched ahead in an open file was read, of late. Guarded by the {@link
 * ReadAhead} it belongs to.
 */
final class Trust {
  /** After so many segments what came before counts half. */
  private static final int MEMORY = 128;

  /** Nobody is distrusted for the first few. */
  private static final int ADVANCE = 4;

  private int used;
  private int wasted;

  void used() {
    used++;
    age();
  }

  /** So many segments were not read; or after all they were, if negative. */
  void wasted(int segments) {
    wasted = Math.max(0, wasted + segments);
    age();
  }

  private void age() {
    if (used + wasted > MEMORY) {
      used /= 2;
      wasted /= 2;
    }
  }

  /** The window to begin with, of {@code full} at best; 0 where most was wasted. */
  int window(int full) {
    int known = used + wasted + ADVANCE;
    int good = used + ADVANCE;
    return good * 4 < known ? 0 : Math.max(1, full * good / known);
  }
}
