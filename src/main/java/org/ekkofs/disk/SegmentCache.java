package org.ekkofs.disk;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.Digest;
import org.ekkofs.model.DiskGeometry;
import org.ekkofs.model.Layer;
import org.ekkofs.model.SegmentEntry;
import org.ekkofs.store.ObjectStore;
import org.ekkofs.store.TreeKeys;
import org.jspecify.annotations.Nullable;

/**
 * Segments, decompressed and verified, shared by all backups that have one of the same content: in
 * memory, behind that on the local disk, behind that in the store. However many ask for a segment
 * at once, it is fetched once. Safe for use by many threads.
 */
public final class SegmentCache implements AutoCloseable {
  private final SegmentFetcher fetcher;
  private final MemoryTier memory;
  private final Optional<DiskTier> disk;
  private final ConcurrentMap<Digest, Flight> underWay = new ConcurrentHashMap<>();

  /**
   * A cache over a store.
   *
   * @param memoryBytes how much the segments in memory may take, outside Java's heap
   * @param disk the local tier, closed with this cache; empty for none
   */
  public SegmentCache(
      ObjectStore store, FetchSettings settings, long memoryBytes, Optional<DiskTier> disk) {
    this.fetcher = new SegmentFetcher(store, settings);
    this.memory = new MemoryTier(memoryBytes);
    this.disk = disk;
    disk.ifPresent(tier -> tier.announce(memory.capacityBytes() + SegmentFetcher.REMEMBERED_BYTES));
  }

  /** A cache that keeps nothing: for going through backups once. */
  public static SegmentCache none(ObjectStore store) {
    return new SegmentCache(
        store, FetchSettings.DEFAULT.withTries(2).rememberingAll(), 0, Optional.empty());
  }

  /**
   * Copies bytes of a segment if it is in memory or on the local disk; never waits for the store.
   *
   * @return false if it is not; then the target's position has not moved
   */
  boolean readNow(Digest digest, int from, int count, ByteBuffer target) {
    return memory.read(digest, from, count, target)
        || (disk.isPresent() && disk.get().read(digest, from, count, target));
  }

  /** Whether {@link #readNow} would do. */
  boolean has(Digest digest) {
    return memory.has(digest) || (disk.isPresent() && disk.get().has(digest));
  }

  /**
   * The segment from the store, whatever the cache holds; see {@link SegmentFetcher#fetch}. It is
   * in the cache before it is given out. If it is being fetched from where somebody else has it
   * stored, and that is damaged, it is fetched from where this one says.
   */
  CompletableFuture<SegmentData> fetch(
      Object lane, TreeKeys keys, DiskGeometry geometry, SegmentEntry entry, boolean wanted) {
    Origin origin = new Origin(keys, entry.layers(), geometry.length(entry.segment()));
    Flight mine = new Flight(origin);
    Flight first = underWay.putIfAbsent(entry.digest(), mine);
    if (first == null) {
      mine.start(() -> fetcher.fetch(lane, keys, geometry, entry, wanted), entry.digest());
      return mine.result;
    }
    if (wanted) {
      first.hurry();
    }
    if (first.origin.equals(origin)) {
      return first.result;
    }
    return first
        .result
        .thenApply(data -> ofLength(data, origin.length()))
        .exceptionallyCompose(
            failure ->
                isDamage(failure)
                    ? fetch(lane, keys, geometry, entry, wanted)
                    : CompletableFuture.failedFuture(failure));
  }

  /** Where a segment is stored, and how long it is said to be: others may be stored elsewhere. */
  private record Origin(TreeKeys keys, List<Layer> layers, int length) {
    /** Copies the layers. */
    Origin {
      layers = List.copyOf(layers);
    }
  }

  private static SegmentData ofLength(SegmentData data, int length) {
    if (data.shape().length() != length) {
      throw new CorruptException(
          "a segment of %d bytes is said to be of %d".formatted(data.shape().length(), length));
    }
    return data;
  }

  private static boolean isDamage(Throwable failure) {
    return failure instanceof CorruptException || failure.getCause() instanceof CorruptException;
  }

  /** A segment that is being fetched. */
  private final class Flight {
    private final CompletableFuture<SegmentData> result = new CompletableFuture<>();
    private volatile SegmentFetcher.@Nullable Fetch fetch;
    private volatile boolean hurried;
    private final Origin origin;

    Flight(Origin origin) {
      this.origin = origin;
    }

    void start(Supplier<SegmentFetcher.Fetch> fetching, Digest digest) {
      SegmentFetcher.Fetch started;
      try {
        started = fetching.get();
      } catch (RuntimeException | Error e) {
        land(digest, null, e);
        throw e;
      }
      fetch = started;
      if (hurried) {
        started.hurry();
      }
      started
          .result()
          .whenComplete((data, failure) -> land(digest, data, failure))
          .exceptionally(toldAlready -> null);
    }

    void hurry() {
      hurried = true;
      SegmentFetcher.Fetch started = fetch;
      if (started != null) {
        started.hurry();
      }
    }

    /** In the cache before it is no longer under way, so that nobody misses both. */
    private void land(Digest digest, @Nullable SegmentData data, @Nullable Throwable failure) {
      if (data == null) {
        underWay.remove(digest, this);
        result.completeExceptionally(Objects.requireNonNull(failure));
        return;
      }
      try {
        memory.put(data);
        disk.ifPresent(tier -> tier.put(data));
      } finally {
        underWay.remove(digest, this);
        result.complete(data);
      }
    }
  }

  /** Gives up what was to be fetched ahead on somebody's behalf and has not begun. */
  void forgetAhead(Object lane) {
    fetcher.forgetAhead(lane);
  }

  /** How many segments of such a disk are worth being fetched at once. */
  public int atOnce(DiskGeometry geometry) {
    return fetcher.atOnce(geometry);
  }

  /** How many bytes were read from the store so far. */
  public long fetchedBytes() {
    return fetcher.fetchedBytes();
  }

  /** How many bytes of segments fit into memory. */
  public long memoryBytes() {
    return memory.capacityBytes();
  }

  /** The local tier, if there is one. */
  public Optional<DiskTier> disk() {
    return disk;
  }

  /** Stops fetching; whoever waits is told. */
  @Override
  public void close() {
    fetcher.close();
    disk.ifPresent(DiskTier::close);
  }
}
