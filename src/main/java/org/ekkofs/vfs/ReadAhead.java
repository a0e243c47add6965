package org.ekkofs.vfs;

import org.ekkofs.model.DiskGeometry;

/**
 * Decides which segments to fetch before they are asked for. While reads go forward from segment to
 * segment the window doubles with each; a jump closes it. Reads may arrive a little out of order.
 * Safe for use by many threads; this object's lock guards everything.
 */
final class ReadAhead {
  private static final int MAX_WINDOW = 8;
  private static final long MAX_WINDOW_BYTES = 32L << 20;

  /** No segment is within one of it. */
  private static final long NOWHERE = -2;

  /** Segments {@code from} up to but without {@code to}. */
  record Range(long from, long to) {
    static final Range NONE = new Range(0, 0);

    boolean isEmpty() {
      return from >= to;
    }
  }

  private final long segmentBytes;
  private final long segments;
  private final int maxWindow;
  private long head = NOWHERE;
  private long ahead;
  private int window;

  ReadAhead(DiskGeometry geometry) {
    this.segmentBytes = geometry.segmentSize().bytes();
    this.segments = geometry.segments();
    this.maxWindow = (int) Math.max(1, Math.min(MAX_WINDOW, MAX_WINDOW_BYTES / segmentBytes));
  }

  /** Hears of a read in the disk and gives the segments to fetch, each once in a forward run. */
  synchronized Range reading(long offset, int count) {
    long first = offset / segmentBytes;
    long last = Math.min(segments - 1, (offset + Math.max(1, count) - 1) / segmentBytes);
    if (first < head - 1 || first > head + 1) {
      head = last;
      ahead = last + 1;
      window = 0;
      return Range.NONE;
    }
    if (last <= head) {
      return Range.NONE;
    }
    head = last;
    window = Math.min(maxWindow, Math.max(1, window * 2));
    Range range = new Range(Math.max(ahead, head + 1), Math.min(segments, head + 1 + window));
    ahead = Math.max(ahead, range.to());
    return range.isEmpty() ? Range.NONE : range;
  }
}
