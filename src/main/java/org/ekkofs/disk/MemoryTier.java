package org.ekkofs.disk;

import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;
import org.ekkofs.model.Digest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The segments that came last, in memory outside Java's heap: what was fetched ahead waits here
 * until it is read. The oldest goes first, but once more to the end of the queue if it was read
 * since. Safe for use by many threads; readers take no lock, and find out afterwards if what they
 * copied was overwritten meanwhile.
 */
final class MemoryTier {
  private static final Logger LOG = LoggerFactory.getLogger(MemoryTier.class);

  private final MemoryExtents extents;
  private final FreeExtents free;
  private final int capacity;
  private final Map<Digest, Held> held = new ConcurrentHashMap<>();

  /** Guarded by this object's lock, as is every change of {@link #held}. */
  private final Queue<Held> queue = new ArrayDeque<>();

  /** With room for so many bytes of segments, rounded down to whole extents. */
  MemoryTier(long bytes) {
    this(bytes, ByteBuffer::allocateDirect);
  }

  /** The same with memory from elsewhere, which may fail for there being no more. */
  MemoryTier(long bytes, IntFunction<ByteBuffer> memory) {
    this.capacity = Math.toIntExact(Math.min(1 << 20, bytes / Extents.BYTES));
    this.extents = new MemoryExtents(capacity, memory);
    this.free = new FreeExtents(capacity);
  }

  private static final class Held implements SegmentShape.Source {
    private final Digest digest;
    private final SegmentShape shape;
    private final Place place;
    private final MemoryExtents extents;
    private volatile boolean readSince;

    /** Set before any of the memory is used for something else. */
    private volatile boolean gone;

    Held(Digest digest, SegmentShape shape, Place place, MemoryExtents extents) {
      this.digest = digest;
      this.shape = shape;
      this.place = place;
      this.extents = extents;
    }

    @Override
    public boolean copy(int at, int count, ByteBuffer target) {
      for (int done = 0; done < count; ) {
        int part = place.run(at + done, count - done);
        extents.read(place.position(at + done), part, target);
        done += part;
      }
      return true;
    }
  }

  /**
   * Copies bytes of a segment, zeros included.
   *
   * @return false if it is not here, or is shorter; then the target's position has not moved
   */
  boolean read(Digest digest, int from, int count, ByteBuffer target) {
    Held segment = held.get(digest);
    if (segment == null || from + count > segment.shape.length()) {
      return false;
    }
    if (!segment.readSince) {
      segment.readSince = true;
    }
    int start = target.position();
    segment.shape.copy(from, count, segment, target);
    VarHandle.acquireFence();
    if (segment.gone) {
      target.position(start);
      return false;
    }
    return true;
  }

  boolean has(Digest digest) {
    return held.containsKey(digest);
  }

  /** Takes a segment, unless it is here or there is no room for one as large. */
  void put(SegmentData data) {
    ByteBuffer bytes = data.bytes();
    Optional<int[]> room =
        has(data.digest()) ? Optional.empty() : makeRoom(Extents.forBytes(bytes.remaining()));
    if (room.isEmpty()) {
      return;
    }
    Place place = new Place(room.get());
    try {
      write(bytes, place);
    } catch (OutOfMemoryError none) {
      growNoMore(none);
      return;
    }
    add(new Held(data.digest(), data.shape(), place, extents));
  }

  private void write(ByteBuffer bytes, Place place) {
    while (bytes.hasRemaining()) {
      int at = bytes.position();
      int part = place.run(at, bytes.limit() - at);
      extents.write(place.position(at), bytes.duplicate().limit(at + part));
      bytes.position(at + part);
    }
  }

  /** Goes on with the extents that hold something: to ask for memory in vain takes very long. */
  private void growNoMore(OutOfMemoryError cause) {
    free.takeAll();
    LOG.warn(
        "less than the {} MiB for segments in memory can be had: {}",
        capacityBytes() >> 20,
        cause.toString());
  }

  private synchronized void add(Held segment) {
    if (held.putIfAbsent(segment.digest, segment) == null) {
      queue.add(segment);
    } else {
      free.give(segment.place.extents());
    }
  }

  private synchronized Optional<int[]> makeRoom(int count) {
    if (count > capacity) {
      return Optional.empty();
    }
    Optional<int[]> room = free.take(count);
    while (room.isEmpty() && !queue.isEmpty()) {
      Held oldest = queue.remove();
      if (oldest.readSince) {
        oldest.readSince = false;
        queue.add(oldest);
      } else {
        held.remove(oldest.digest);
        oldest.gone = true;
        // Nothing that is written there later may be seen before this.
        VarHandle.storeStoreFence();
        free.give(oldest.place.extents());
        room = free.take(count);
      }
    }
    return room;
  }

  /** How many bytes it may take. */
  long capacityBytes() {
    return (long) capacity * Extents.BYTES;
  }
}
