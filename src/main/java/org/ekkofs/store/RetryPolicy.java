package org.ekkofs.store;

import java.time.Duration;

/**
 * How long and how often to try again.
 *
 * @param deadline after this time since the first try began there is no further one
 * @param firstPause what passes before the second try at most; every further pause is up to twice
 *     as long
 * @param longestPause no pause is longer
 */
public record RetryPolicy(Duration deadline, Duration firstPause, Duration longestPause) {
  /** For stores that are reached over a network. */
  public static final RetryPolicy DEFAULT =
      new RetryPolicy(Duration.ofMinutes(2), Duration.ofMillis(100), Duration.ofSeconds(10));

  /** Checks that no time is negative and the first pause is not nothing. */
  public RetryPolicy {
    if (deadline.isNegative()
        || firstPause.isNegative()
        || firstPause.isZero()
        || longestPause.compareTo(firstPause) < 0) {
      throw new IllegalArgumentException(
          "retry for %s with pauses of %s to %s".formatted(deadline, firstPause, longestPause));
    }
  }

  /** The longest pause after the given number of failures, 1 at least. */
  Duration pauseAfter(int failures) {
    Duration pause = firstPause;
    for (int n = 1; n < failures && pause.compareTo(longestPause) < 0; n++) {
      pause = pause.multipliedBy(2);
    }
    return pause.compareTo(longestPause) < 0 ? pause : longestPause;
  }
}
