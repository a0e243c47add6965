package org.ekkofs.disk;

import java.time.Duration;

/**
 * How segments are fetched from the store.
 *
 * @param deadline how long those who wait for one do so
 * @param tries how often a chunk that makes no sense is read before it counts as damaged
 * @param remembersAll whether to remember all of the last chunks, not only those that make up a
 *     segment together with others: for reading one backup after the other
 */
public record FetchSettings(Duration deadline, int tries, boolean remembersAll) {
  /** A minute, five times. */
  public static final FetchSettings DEFAULT = new FetchSettings(Duration.ofMinutes(1), 5, false);

  /** Checks that nothing is less than 1. */
  public FetchSettings {
    if (tries < 1 || deadline.isNegative() || deadline.isZero()) {
      throw new IllegalArgumentException("%d times, for %s".formatted(tries, deadline));
    }
  }

  /** The same with another deadline. */
  public FetchSettings withDeadline(Duration other) {
    return new FetchSettings(other, tries, remembersAll);
  }

  /** The same with other tries. */
  public FetchSettings withTries(int other) {
    return new FetchSettings(deadline, other, remembersAll);
  }

  /** The same, remembering all. */
  public FetchSettings rememberingAll() {
    return new FetchSettings(deadline, tries, true);
  }
}
