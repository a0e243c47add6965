package org.ekkofs.log.postgresql;

import java.time.Duration;
import java.util.function.Supplier;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.StoreUnavailableException;
import org.ekkofs.store.Timing;

/** How long a database that is away is waited for: as long as a restart takes. */
record Patience(Timing timing, Duration limit) {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

  /**
   * Tries again what fails because the database is away.
   *
   * @throws StoreUnavailableException if it is still away, or refuses after a try of which it is
   *     not known what became of it
   */
  <T> T of(Supplier<T> operation) {
    long begin = timing.nanoTime();
    Duration pause = FIRST_PAUSE;
    for (boolean first = true; ; first = false) {
      try {
        return operation.get();
      } catch (StoreUnavailableException e) {
        if (timing.nanoTime() - begin + pause.toNanos() > limit.toNanos()) {
          throw e;
        }
      } catch (CancelledException e) {
        throw e;
      } catch (EkkofsException e) {
        throw first ? e : new StoreUnavailableException(String.valueOf(e.getMessage()), e);
      }
      pause(pause);
      Duration doubled = pause.multipliedBy(2);
      pause = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
    }
  }

  private void pause(Duration pause) {
    try {
      timing.pause(pause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException("interrupted while waiting for the database", e);
    }
  }
}
