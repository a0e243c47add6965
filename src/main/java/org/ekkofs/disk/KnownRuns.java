package org.ekkofs.disk;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The runs that were asked for last, a few. Safe for use by many threads; this object's lock guards
 * them.
 */
final class KnownRuns {
  /** How many are remembered. */
  static final int MAX = 64;

  /** The one used last comes last. Runs of one disk are the same or apart. */
  private final List<Run> runs = new ArrayList<>(MAX);

  /** The run an offset lies in, if it is remembered. */
  synchronized Optional<Run> at(long offset) {
    for (int index = runs.size() - 1; index >= 0; index--) {
      if (runs.get(index).contains(offset)) {
        Run found = runs.remove(index);
        runs.add(found);
        return Optional.of(found);
      }
    }
    return Optional.empty();
  }

  /** Remembers a run, and forgets what was known of a part of it. */
  synchronized void add(Run run) {
    long from = run.from();
    for (Run other : runs) {
      from = other.to() == run.to() ? Math.min(from, other.from()) : from;
    }
    runs.removeIf(other -> other.to() == run.to());
    if (runs.size() == MAX) {
      runs.remove(0);
    }
    runs.add(new Run(from, run.to(), run.data()));
  }
}
