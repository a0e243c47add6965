package org.ekkofs.vfs;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ekkofs.model.DiskGeometry;
import org.jspecify.annotations.Nullable;

/**
 * Decides which segments of an open file to fetch before they are asked for. It knows neither
 * threads nor time: it hears of reads and answers questions. Safe for use by many threads; this
 * object's lock guards everything.
 *
 * <p><b>Streams.</b> What makes reads a sequential stream is said in {@link Candidates}. Up to
 * {@value #MAX_STREAMS} are followed, the least recently used gives way. A read continues a stream
 * if it begins near its front, up to 32 MiB late or early (4 MiB early while it is short), or near
 * the next segment with data: the kernel and programs with many reads under way do not keep order.
 *
 * <p><b>Window.</b> While everything a stream reads is at hand, nothing is fetched. The first wait
 * opens a window of {@value #FIRST_WINDOW} segments, at most 4 MiB. Each further segment that is
 * waited for doubles it, up to 64 segments or the bytes it may take, shared among the streams that
 * have one. If a segment is waited for that had arrived, then too much is held, and the window is
 * halved. Segments that are all zero are passed over, and do not count.
 *
 * <p><b>Misses.</b> Segments that are not read although their stream has gone on or ended make the
 * first window of the next streams smaller, down to none where three of four were wasted. A stream
 * ends when it gives way or when {@value #IDLE_READS} reads went elsewhere. Without a window,
 * segments that are waited for in turn earn it back.
 */
final class ReadAhead {
  static final int MAX_WINDOW = 64;
  static final int FIRST_WINDOW = 4;
  static final int FIRST_BYTES = 4 << 20;

  /** How many streams of one open file are followed. */
  static final int MAX_STREAMS = 8;

  /** When so many reads have passed a stream by, it has ended. */
  static final int IDLE_READS = 256;

  private final DiskGeometry geometry;
  private final int maxAhead;
  private final Trust trust = new Trust();
  private final SeenHoles holes = new SeenHoles();
  private final Candidates candidates = new Candidates(holes);
  private final List<SequentialStream> streams = new ArrayList<>();
  private long clock;

  /**
   * Knows of nothing yet.
   *
   * @param maxBytes how much may lie ahead, all streams together; one segment always may
   */
  ReadAhead(DiskGeometry geometry, long maxBytes) {
    this.geometry = geometry;
    this.maxAhead =
        (int) Math.max(1, Math.min(MAX_WINDOW, maxBytes / geometry.segmentSize().bytes()));
  }

  /**
   * Hears of a read, each once.
   *
   * @param count its length, which may go past the end
   * @param waited whether something of it was not at hand
   * @return whether there is a {@link #wish}
   */
  synchronized boolean reading(long offset, int count, boolean waited) {
    long end = Math.min(geometry.diskBytes(), offset + count);
    if (offset >= end) {
      return false;
    }
    clock++;
    SequentialStream stream = nearest(offset);
    boolean gone = false;
    for (SequentialStream each : streams) {
      gone |= each.used(offset, end);
    }
    if (stream != null) {
      boolean further = stream.reading(offset, end, holes.after(end), waited, gone, clock);
      if (further) {
        stream.reach(candidates.reached(stream.front(), stream.early()));
      }
      return stream.wants(share(), geometry.segments());
    }
    Candidates.Candidate recognised = candidates.reading(offset, end, waited);
    return recognised != null && begin(recognised);
  }

  private @Nullable SequentialStream nearest(long offset) {
    SequentialStream nearest = null;
    long least = Long.MAX_VALUE;
    for (SequentialStream stream : streams) {
      long distance = stream.distance(offset);
      if (distance < least) {
        nearest = stream;
        least = distance;
      }
    }
    return nearest;
  }

  private boolean begin(Candidates.Candidate recognised) {
    streams.stream().filter(this::hasEnded).forEach(SequentialStream::writeOff);
    if (streams.size() == MAX_STREAMS) {
      SequentialStream oldest = oldest();
      oldest.writeOff();
      streams.remove(oldest);
    }
    SequentialStream stream =
        new SequentialStream(
            geometry.segmentSize().bytes(), trust, recognised.from(), recognised.to(), clock);
    streams.add(stream);
    stream.reach(candidates.reached(stream.front(), stream.early()));
    if (recognised.waited()) {
      stream.open();
    }
    return stream.wants(share(), geometry.segments());
  }

  private boolean hasEnded(SequentialStream stream) {
    return clock - stream.lastUsed() > IDLE_READS;
  }

  private SequentialStream oldest() {
    SequentialStream oldest = streams.get(0);
    for (SequentialStream stream : streams) {
      oldest = stream.lastUsed() < oldest.lastUsed() ? stream : oldest;
    }
    return oldest;
  }

  /** How many segments may lie ahead of one stream. */
  private int share() {
    int open = 0;
    for (SequentialStream stream : streams) {
      open += stream.isOpen() && !hasEnded(stream) ? 1 : 0;
    }
    return Math.max(1, maxAhead / Math.max(1, open));
  }

  /** Hears that a reader was told that there are no data from one offset up to another. */
  synchronized void skipping(long from, long to) {
    if (from < to) {
      holes.add(from, to);
      candidates.skipping(from, to);
      streams.forEach(stream -> stream.skipping(from, to));
    }
  }

  /** That the first segment with data at or after {@code from} be fetched. */
  record Wish(SequentialStream stream, long from) {}

  /** What to fetch next, for the stream that has the least ahead. */
  synchronized Optional<Wish> wish() {
    int share = share();
    SequentialStream poorest = null;
    for (SequentialStream stream : streams) {
      if (stream.room(share, geometry.segments()) > 0
          && !hasEnded(stream)
          && (poorest == null || stream.ahead() < poorest.ahead())) {
        poorest = stream;
      }
    }
    return Optional.ofNullable(poorest).map(stream -> new Wish(stream, stream.next()));
  }

  /**
   * Takes a segment to be fetched.
   *
   * @param segment the first with data at or after the one wished for; the number of segments if
   *     there is none
   * @return whether to fetch it: not if it has been read meanwhile, or lies ahead of another stream
   */
  synchronized boolean take(Wish wish, long segment) {
    SequentialStream stream = wish.stream();
    if (stream.next() != wish.from()) {
      return false;
    }
    if (segment >= geometry.segments()) {
      stream.pass(geometry.segments() - 1);
      return false;
    }
    if (streams.stream().anyMatch(other -> other.hasAhead(segment))) {
      stream.pass(segment);
      return false;
    }
    stream.take(segment);
    return true;
  }

  /** Hears that a segment that was taken is at hand. */
  synchronized void arrived(long segment) {
    streams.forEach(stream -> stream.arrived(segment, clock));
  }
}
