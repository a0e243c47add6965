package org.ekkofs.store.jclouds;

import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Whether the bucket is there. Providers answer "not found" for objects of a bucket that is gone,
 * so before such an answer is believed the bucket is asked for. Safe for use by many threads: those
 * that wonder at the same time ask once.
 */
final class Presence {
  private final BooleanSupplier exists;
  private final LongSupplier nanoTime;

  /** When the last question was asked that was answered yes; guarded by this. */
  private long asked;

  /** Whether there was one; guarded by this. */
  private boolean known;

  Presence(BooleanSupplier exists, LongSupplier nanoTime) {
    this.exists = exists;
    this.nanoTime = nanoTime;
  }

  /** Whether the bucket is there, as of a question asked within this time or now. */
  synchronized boolean confirmed(long withinNanos) {
    return confirmedSince(nanoTime.getAsLong() - withinNanos);
  }

  /** Whether the bucket is there, as of a question that is asked after this call began. */
  boolean confirmedNow() {
    return confirmedSince(nanoTime.getAsLong());
  }

  private synchronized boolean confirmedSince(long moment) {
    if (known && asked - moment >= 0) {
      return true;
    }
    long now = nanoTime.getAsLong();
    known = false;
    known = exists.getAsBoolean();
    asked = now;
    return known;
  }
}
