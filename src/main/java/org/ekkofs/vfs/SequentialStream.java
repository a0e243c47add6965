package org.ekkofs.vfs;

import java.util.TreeMap;

/**
 * A reader that goes forward, and the segments fetched ahead of it. Guarded by the {@link
 * ReadAhead} it belongs to.
 */
final class SequentialStream {
  /** How far from its place a read may arrive: 16 threads that read 2 MiB each. */
  private static final long LATE = 32L << 20;

  /** As much too early only if the stream has been long enough. */
  private static final long MIN_EARLY = 4L << 20;

  private static final long NOT_ARRIVED = Long.MAX_VALUE;

  private final int segmentBytes;
  private final Trust trust;

  private final long begin;

  /** Where the read ends that reached farthest. */
  private long front;

  /** The first segment that was neither read nor fetched ahead. */
  private long next;

  private int window;

  /** The last segment somebody had to wait for. */
  private long waitedFor;

  /** Fetched ahead and not read yet: the segment, and when it arrived. */
  private final TreeMap<Long, Long> ahead = new TreeMap<>();

  private long used;

  /** How many of those ahead have been given up; they may be read after all. */
  private int writtenOff;

  SequentialStream(int segmentBytes, Trust trust, long begin, long front, long now) {
    this.segmentBytes = segmentBytes;
    this.trust = trust;
    this.begin = begin;
    this.front = front;
    this.next = segment(front - 1) + 1;
    this.waitedFor = next - 1;
    this.used = now;
  }

  private long segment(long offset) {
    return offset / segmentBytes;
  }

  /** How far ahead of the front a read may begin. */
  long early() {
    return Math.max(MIN_EARLY, Math.min(LATE, (front - begin) / 2));
  }

  /** How far a read is from where it should be; {@link Long#MAX_VALUE} if it is another's. */
  long distance(long offset) {
    long leap = ahead.isEmpty() ? front : Math.max(front, ahead.firstKey() * segmentBytes);
    if (offset >= front - LATE && offset <= front + early()) {
      return Math.abs(offset - front);
    }
    return offset >= leap && offset <= leap + MIN_EARLY ? offset - leap : Long.MAX_VALUE;
  }

  /**
   * Hears of a read that is part of it, and of where it will go on after that.
   *
   * @param gone whether it should have been at hand, see {@link #used}
   * @return whether the front has moved
   */
  boolean reading(long from, long to, long goesOn, boolean waited, boolean gone, long now) {
    trust.wasted(-writtenOff);
    writtenOff = 0;
    boolean further = goesOn > front;
    boolean inOrder = from <= front;
    front = Math.max(front, goesOn);
    next = Math.max(next, segment(inOrder ? front - 1 : Math.max(0, front - LATE)) + 1);
    while (!ahead.isEmpty() && ahead.firstKey() < segment(Math.max(0, front - LATE))) {
      ahead.pollFirstEntry();
      trust.wasted(1);
    }
    if (waited && segment(to - 1) > waitedFor) {
      waitedFor = segment(to - 1);
      adapt(gone);
    }
    used = now;
    return further;
  }

  long front() {
    return front;
  }

  /** Moves the front to where something was read already. */
  void reach(long offset) {
    front = Math.max(front, offset);
    next = Math.max(next, segment(front - 1) + 1);
  }

  /**
   * Hears of a read that may be another stream's.
   *
   * @return whether a segment of it had arrived before the last read, so that it should be at hand
   */
  boolean used(long from, long to) {
    boolean gone = false;
    for (long segment = segment(from); !ahead.isEmpty() && segment <= segment(to - 1); segment++) {
      Long arrived = ahead.remove(segment);
      if (arrived != null) {
        trust.used();
        gone |= arrived < used;
      }
    }
    return gone;
  }

  private void adapt(boolean gone) {
    if (window == 0) {
      trust.used();
      open();
    } else {
      window = gone ? Math.max(1, window / 2) : Math.min(ReadAhead.MAX_WINDOW, window * 2);
    }
  }

  /** Opens the window: somebody had to wait. */
  void open() {
    int full = Math.max(1, Math.min(ReadAhead.FIRST_WINDOW, ReadAhead.FIRST_BYTES / segmentBytes));
    window = trust.window(full);
  }

  /** Hears that the reader was told of a hole. */
  void skipping(long from, long to) {
    if (front == from) {
      front = to;
      next = Math.max(next, segment(to));
    }
  }

  boolean isOpen() {
    return window > 0;
  }

  /** How many segments more may be fetched. */
  int room(int limit, long segments) {
    return next >= segments ? 0 : Math.min(limit, window) - ahead.size();
  }

  /** Whether it is worth the while to have some fetched: not for each one while many are ahead. */
  boolean wants(int limit, long segments) {
    return room(limit, segments) >= Math.max(1, Math.min(limit, window) / 4);
  }

  int ahead() {
    return ahead.size();
  }

  long next() {
    return next;
  }

  /** Takes a segment to be fetched, the first with data at or after {@link #next}. */
  void take(long segment) {
    next = segment + 1;
    ahead.put(segment, NOT_ARRIVED);
  }

  /** Goes on behind a segment that need not be fetched. */
  void pass(long segment) {
    next = segment + 1;
  }

  boolean hasAhead(long segment) {
    return ahead.containsKey(segment);
  }

  void arrived(long segment, long now) {
    ahead.replace(segment, NOT_ARRIVED, now);
  }

  long lastUsed() {
    return used;
  }

  /** What is ahead will probably not be read. */
  void writeOff() {
    trust.wasted(ahead.size() - writtenOff);
    writtenOff = ahead.size();
  }
}
