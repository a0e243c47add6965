package org.ekkofs.vfs;

import org.jspecify.annotations.Nullable;

/**
 * Reads that may be the beginning of a sequential stream. A candidate is what was read without a
 * gap or an overlap; reads that begin where it ends extend it, and one that closes the gap to a
 * younger one joins the two, because reads that are sent in order may arrive out of order.
 *
 * <p>It is a stream once it has grown forward at least twice and has more than {@link
 * #ENOUGH_BYTES}. A read of what was read already ends a candidate, for that is what random readers
 * do. Those that read backwards never begin where something ends, or end where something older
 * begins, which does not count. Guarded by the {@link ReadAhead} it belongs to.
 */
final class Candidates {
  /** More than anybody reads at once at random, and a whole piece of those that read backwards. */
  static final int ENOUGH_BYTES = 1 << 20;

  private static final int ENOUGH_STEPS = 2;

  /** So many streams may begin at once, or parts of one when it is read by that many threads. */
  private static final int MAX = 24;

  private final Candidate[] candidates = new Candidate[MAX];
  private final SeenHoles holes;
  private long clock;

  Candidates(SeenHoles holes) {
    this.holes = holes;
    for (int index = 0; index < MAX; index++) {
      candidates[index] = new Candidate();
    }
  }

  /** What was read without a gap; empty if {@code to} is 0. */
  static final class Candidate {
    private long from;
    private long to;
    private long bytes;
    private int steps;
    private boolean waited;
    private long born;
    private long used;

    long from() {
      return from;
    }

    long to() {
      return to;
    }

    /** Whether a reader had to wait for some of it. */
    boolean waited() {
      return waited;
    }

    private void begin(long begin, long end, boolean late, long now) {
      from = begin;
      to = end;
      bytes = end - begin;
      steps = 0;
      waited = late;
      born = now;
      used = now;
    }

    private void grow(long end, long more, int moreSteps, boolean late, long now) {
      to = end;
      bytes += more;
      steps += moreSteps;
      waited |= late;
      used = now;
    }

    private void clear() {
      from = 0;
      to = 0;
      used = 0;
    }

    private boolean overlaps(long begin, long end) {
      return begin < to && from < end;
    }
  }

  /**
   * Hears of a read that belongs to no stream.
   *
   * @return the candidate that has become a stream with it, and is none any more
   */
  @Nullable Candidate reading(long from, long to, boolean waited) {
    clock++;
    Candidate mine = extended(from, to);
    if (mine == null) {
      oldest().begin(from, holes.after(to), waited, clock);
      return null;
    }
    mine.grow(holes.after(to), to - from, 1, waited, clock);
    join(mine);
    if (mine.steps < ENOUGH_STEPS || mine.bytes <= ENOUGH_BYTES) {
      return null;
    }
    Candidate stream = new Candidate();
    stream.begin(mine.from, mine.to, mine.waited, clock);
    mine.clear();
    return stream;
  }

  /** The one that ends where the read begins; ends those that have read the same. */
  private @Nullable Candidate extended(long from, long to) {
    Candidate found = null;
    for (Candidate candidate : candidates) {
      if (candidate.to == from && candidate.to > 0) {
        found = candidate;
      } else if (candidate.overlaps(from, to)) {
        candidate.clear();
      }
    }
    return found;
  }

  private void join(Candidate mine) {
    for (Candidate next : candidates) {
      if (next != mine && next.from == mine.to && next.to > 0 && next.born > mine.born) {
        mine.grow(next.to, next.bytes, next.steps + 1, next.waited, clock);
        next.clear();
        return;
      }
    }
  }

  private Candidate oldest() {
    Candidate oldest = candidates[0];
    for (Candidate candidate : candidates) {
      oldest = candidate.used < oldest.used ? candidate : oldest;
    }
    return oldest;
  }

  /**
   * Takes away the candidates that a stream has reached: those that begin near its front and have
   * grown, so that they are not somebody's random reads.
   *
   * @return where the farthest of them ends; {@code front} if there are none
   */
  long reached(long front, long near) {
    long farthest = front;
    for (int index = 0; index < MAX; index++) {
      Candidate candidate = candidates[index];
      boolean close = candidate.from <= farthest + near && candidate.to > farthest;
      if (close && (candidate.steps > 0 || candidate.from == farthest)) {
        farthest = candidate.to;
        candidate.clear();
        index = -1;
      }
    }
    return farthest;
  }

  /** Hears that there is nothing to read from one offset up to another. */
  void skipping(long from, long to) {
    for (Candidate candidate : candidates) {
      candidate.to = candidate.to == from && from > 0 ? to : candidate.to;
    }
  }
}
