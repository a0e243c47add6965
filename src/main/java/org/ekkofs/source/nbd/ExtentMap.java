package org.ekkofs.source.nbd;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * What was last heard of one context: a few windows, however large or fragmented the disk. Guarded
 * by the {@link Extents} it belongs to.
 */
final class ExtentMap {
  private static final int WINDOWS = 4;

  /** Where it holds, or does not, throughout. */
  private record Stretch(long from, long to, boolean holds) {}

  private final Deque<Runs> windows = new ArrayDeque<>();

  /** The last answer, which may span more windows than are kept. */
  private Stretch last = new Stretch(0, 0, false);

  /** The window that has the offset. */
  Optional<Runs> at(long offset) {
    return windows.stream().filter(runs -> runs.covers(offset)).findFirst();
  }

  /** Remembers a window, and forgets the oldest one if there are too many. */
  void add(Runs runs) {
    windows.addFirst(runs);
    if (windows.size() > WINDOWS) {
      windows.removeLast();
    }
  }

  /** Remembers that it holds nowhere in the range, or everywhere. */
  void remember(long from, long to, boolean holds) {
    last = new Stretch(from, to, holds);
  }

  /** How far what is remembered answers where it holds next, or does not: up to this offset. */
  long known(long offset, boolean wanted) {
    boolean skips = last.holds != wanted && offset >= last.from && offset < last.to;
    return skips ? last.to : offset;
  }
}
