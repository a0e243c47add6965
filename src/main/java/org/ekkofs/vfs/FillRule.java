package org.ekkofs.vfs;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Decides when a disk is read so much that a complete local copy pays: when reads of it ask this
 * mount, within an hour, for more than half of its data, or for more than 4 GiB. What the kernel
 * has in its page cache does not ask. Time is counted in slices of five minutes. Safe for use by
 * many threads.
 */
final class FillRule {
  static final Duration WINDOW = Duration.ofHours(1);
  static final long MOST_BYTES = 4L << 30;
  private static final Duration SLICE = Duration.ofMinutes(5);

  private record Slice(long number, long bytes) {}

  private final InstantSource clock;
  private final long threshold;

  /** The newest last; guarded by this object's lock. */
  private final Deque<Slice> slices = new ArrayDeque<>();

  /** For a disk with so much data. */
  FillRule(InstantSource clock, long dataBytes) {
    this.clock = clock;
    this.threshold = Math.min(MOST_BYTES, dataBytes / 2);
  }

  /** Counts bytes that were read; says whether it is enough, and then begins anew. */
  synchronized boolean read(long bytes) {
    long now = number(clock.instant());
    slices.removeIf(slice -> slice.number <= now - WINDOW.dividedBy(SLICE));
    Slice last = slices.peekLast();
    if (last != null && last.number == now) {
      slices.removeLast();
      slices.addLast(new Slice(now, last.bytes + bytes));
    } else {
      slices.addLast(new Slice(now, bytes));
    }
    boolean enough = slices.stream().mapToLong(Slice::bytes).sum() > threshold;
    if (enough) {
      slices.clear();
    }
    return enough;
  }

  private static long number(Instant time) {
    return Math.floorDiv(time.getEpochSecond(), SLICE.toSeconds());
  }
}
