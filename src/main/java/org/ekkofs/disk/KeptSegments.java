package org.ekkofs.disk;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToIntFunction;
import org.ekkofs.model.Digest;
import org.jspecify.annotations.Nullable;

/**
 * What is kept under a segment's digest, and which of it goes first: a segmented
 * least-recently-used order. What is new is on trial, and what has been used since moves to the
 * settled, of which the longest unused go back on trial when they become too many. What is on trial
 * goes first. So what is read once, however much it is, drives out nothing that is used again and
 * again. Safe for use by many threads; lookups take no lock.
 */
final class KeptSegments<V> {
  private static final int SETTLED_PERCENT = 80;

  private final ToIntFunction<V> weight;
  private final long maxSettled;
  private final Map<Digest, V> all = new ConcurrentHashMap<>();

  /** These are guarded by this object's lock, as is every change of {@link #all}. */
  private final Map<Digest, V> onTrial = new LinkedHashMap<>();

  private final Map<Digest, V> settled = new LinkedHashMap<>();
  private long settledWeight;

  /**
   * Nothing yet.
   *
   * @param capacity how much there is room for, as the weights count
   */
  KeptSegments(long capacity, ToIntFunction<V> weight) {
    this.weight = weight;
    this.maxSettled = capacity * SETTLED_PERCENT / 100;
  }

  /** What is kept, if anything is; counts as no use. */
  @Nullable V get(Digest digest) {
    return all.get(digest);
  }

  /** Says that this was used. */
  synchronized void used(Digest digest) {
    V onceMore = settled.remove(digest);
    if (onceMore != null) {
      settled.put(digest, onceMore);
      return;
    }
    V first = onTrial.remove(digest);
    if (first != null) {
      settled.put(digest, first);
      settledWeight += weight.applyAsInt(first);
      while (settledWeight > maxSettled) {
        Map.Entry<Digest, V> oldest = removeOldest(settled);
        settledWeight -= weight.applyAsInt(oldest.getValue());
        onTrial.put(oldest.getKey(), oldest.getValue());
      }
    }
  }

  /** Keeps something new; the digest must not be known. */
  synchronized void add(Digest digest, V value) {
    if (all.putIfAbsent(digest, value) != null) {
      throw new IllegalArgumentException("kept already: " + digest);
    }
    onTrial.put(digest, value);
  }

  /** Keeps this no longer; false if it was not kept. */
  synchronized boolean remove(Digest digest, V value) {
    if (!all.remove(digest, value)) {
      return false;
    }
    if (onTrial.remove(digest) == null) {
      settled.remove(digest);
      settledWeight -= weight.applyAsInt(value);
    }
    return true;
  }

  /** Keeps what goes first no longer, and says what it was; empty if nothing is left. */
  synchronized Optional<V> removeFirst() {
    boolean trial = !onTrial.isEmpty();
    if (!trial && settled.isEmpty()) {
      return Optional.empty();
    }
    Map.Entry<Digest, V> first = removeOldest(trial ? onTrial : settled);
    all.remove(first.getKey());
    if (!trial) {
      settledWeight -= weight.applyAsInt(first.getValue());
    }
    return Optional.of(first.getValue());
  }

  private static <V> Map.Entry<Digest, V> removeOldest(Map<Digest, V> order) {
    Iterator<Map.Entry<Digest, V>> entries = order.entrySet().iterator();
    Map.Entry<Digest, V> oldest = entries.next();
    entries.remove();
    return oldest;
  }
}
