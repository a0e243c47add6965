package org.ekkofs.store.jclouds;

import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.ekkofs.model.CancelledException;

/**
 * How many requests are under way at once: chunks have one lane and everything else another, so
 * that the log and manifests never wait behind bulk data. Who came first goes first. Safe for use
 * by many threads.
 */
final class Lanes {
  private static final String BULK = "/chunks/";

  private final Semaphore bulk;
  private final Semaphore other;

  Lanes(int width) {
    bulk = new Semaphore(width, true);
    other = new Semaphore(width, true);
  }

  /**
   * Does something while there is room in the lane of a key.
   *
   * @throws CancelledException if interrupted while there is none
   */
  <T> T pass(String key, Supplier<T> request) {
    Semaphore lane = key.contains(BULK) ? bulk : other;
    try {
      lane.acquire();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException("interrupted while other requests are under way", e);
    }
    try {
      return request.get();
    } finally {
      lane.release();
    }
  }
}
