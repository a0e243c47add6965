package org.ekkofs.testing;

import java.time.Duration;
import org.ekkofs.store.Timing;

/**
 * Time that passes only when a test says so. Safe for use by many threads; this object's lock
 * guards everything.
 */
public final class HandTiming implements Timing {
  private final boolean passesInPauses;
  private long now;
  private int waiting;
  private int pauses;

  /** Begins so many nanoseconds after some moment. */
  public HandTiming(long now) {
    this(now, false);
  }

  private HandTiming(long now, boolean passesInPauses) {
    this.now = now;
    this.passesInPauses = passesInPauses;
  }

  /** For one thread: time that passes when it pauses. */
  public static HandTiming passingInPauses(long now) {
    return new HandTiming(now, true);
  }

  @Override
  public synchronized long nanoTime() {
    return now;
  }

  @Override
  public synchronized void pause(Duration duration) throws InterruptedException {
    if (passesInPauses) {
      advance(duration);
      return;
    }
    long end = now + duration.toNanos();
    waiting++;
    pauses++;
    try {
      while (end - now > 0) {
        wait();
      }
    } finally {
      waiting--;
    }
  }

  /** Lets time pass. */
  public synchronized void advance(Duration time) {
    now += time.toNanos();
    notifyAll();
  }

  /** How many pauses have begun. */
  public synchronized int pauses() {
    return pauses;
  }

  /** How many threads wait for time to pass. */
  public synchronized int waiting() {
    return waiting;
  }
}
