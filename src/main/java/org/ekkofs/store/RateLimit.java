package org.ekkofs.store;

import java.time.Duration;

/**
 * A bound on how many bytes pass in a second, for all threads of a process together. Bytes are paid
 * for before or after they pass, in one piece, so that the bound holds on average over as long as a
 * few such pieces take. Nothing is saved up while nothing passes. Safe for use by many threads;
 * this object's lock guards everything, and is never held while somebody waits.
 */
public final class RateLimit {
  private static final double NANOS = 1e9;

  private final long bytesPerSecond;
  private final Timing timing;

  /** When all that was paid for will have passed. */
  private long free;

  /** The same of what did not wait for bulk. */
  private long urgentFree;

  /**
   * A bound.
   *
   * @param bytesPerSecond 1 at least
   */
  public RateLimit(long bytesPerSecond, Timing timing) {
    if (bytesPerSecond < 1) {
      throw new IllegalArgumentException(bytesPerSecond + " bytes per second");
    }
    this.bytesPerSecond = bytesPerSecond;
    this.timing = timing;
    this.free = timing.nanoTime();
    this.urgentFree = free;
  }

  /** How many bytes may pass in a second. */
  public long bytesPerSecond() {
    return bytesPerSecond;
  }

  /** Pays for bytes and waits until all that was paid for before has passed, first come first. */
  void awaitTurn(long bytes) throws InterruptedException {
    long cost = cost(bytes);
    long start;
    synchronized (this) {
      start = later(free, timing.nanoTime());
      free = start + cost;
    }
    try {
      waitUntil(start);
    } catch (InterruptedException e) {
      count(-bytes);
      throw e;
    }
  }

  /** As {@link #awaitTurn}, but does not wait for what that let in or is to let in. */
  void awaitUrgentTurn(long bytes) throws InterruptedException {
    long start;
    synchronized (this) {
      start = later(urgentFree, timing.nanoTime());
      urgentFree = start + cost(bytes);
    }
    waitUntil(start);
    count(bytes);
  }

  /** Pays for bytes and does not wait; the next ones do. Less than 0 gives back. */
  synchronized void count(long bytes) {
    free = later(free, timing.nanoTime()) + cost(bytes);
  }

  private long cost(long bytes) {
    return (long) (bytes * NANOS / bytesPerSecond);
  }

  private void waitUntil(long moment) throws InterruptedException {
    for (long left = moment - timing.nanoTime(); left > 0; left = moment - timing.nanoTime()) {
      timing.pause(Duration.ofNanos(left));
    }
  }

  /** Moments may be anywhere in the range of a long. */
  private static long later(long one, long other) {
    return one - other > 0 ? one : other;
  }
}
