package org.ekkofs.store;

import java.time.Duration;

/** The passing of time, as tests can make it pass. Safe for use by many threads. */
public interface Timing {
  /** The time of this machine. */
  Timing SYSTEM =
      new Timing() {
        @Override
        public long nanoTime() {
          return System.nanoTime();
        }

        @Override
        public void pause(Duration duration) throws InterruptedException {
          Thread.sleep(duration.toMillis(), duration.toNanosPart() % 1_000_000);
        }
      };

  /** Nanoseconds since some moment; only differences mean anything. */
  long nanoTime();

  /** Returns after this time. */
  void pause(Duration duration) throws InterruptedException;
}
