package org.ekkofs.disk;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.ekkofs.format.Chunk;
import org.ekkofs.format.ChunkCodec;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.Compression;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.DiskGeometry;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.Layer;
import org.ekkofs.model.SegmentEntry;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectStore;
import org.ekkofs.store.Timing;
import org.ekkofs.store.TreeKeys;

/**
 * Fetches segments from the store: all chunks of one at once, decoded and verified by the threads
 * that fetched them. The last chunks of segments that have several are remembered, since clones of
 * one disk share the largest of them. Safe for use by many threads.
 */
final class SegmentFetcher implements AutoCloseable {
  /** How many bytes of segments are fetched at once, but for what has stalled. */
  private static final int BYTES_AT_ONCE = 64 << 20;

  /** How much the chunks that are remembered may take. */
  static final long REMEMBERED_BYTES = 32 << 20;

  private static final Duration FIRST_PAUSE = Duration.ofMillis(50);

  private final ObjectStore store;
  private final FetchSettings settings;
  private final int parallelism;
  private final Timing timing;
  private final FetchQueue queue;
  private final Cache<ObjectKey, Chunk> remembered =
      Caffeine.newBuilder()
          .executor(Runnable::run)
          .maximumWeight(REMEMBERED_BYTES)
          .weigher((ObjectKey key, Chunk chunk) -> chunk.header().rawLength())
          .build();
  private final AtomicLong fetched = new AtomicLong();

  SegmentFetcher(ObjectStore store, FetchSettings settings) {
    this.store = store;
    this.settings = settings;
    this.timing = Timing.SYSTEM;
    this.parallelism = store.parallelism();
    this.queue = new FetchQueue(parallelism, settings.deadline(), System::nanoTime);
  }

  /** A segment on its way. */
  record Fetch(CompletableFuture<SegmentData> result, List<FetchQueue.Job<Chunk>> jobs) {
    /** Copies the jobs. */
    Fetch {
      jobs = List.copyOf(jobs);
    }

    /** Says that somebody waits for it now. */
    void hurry() {
      jobs.forEach(FetchQueue.Job::hurry);
    }
  }

  /**
   * Fetches a segment. It fails with a {@link CorruptException} that names what is missing or not
   * what it must be, or with what the store failed with.
   *
   * @param lane on whose behalf, see {@link FetchQueue}
   * @param wanted whether somebody waits for it already
   */
  Fetch fetch(
      Object lane, TreeKeys keys, DiskGeometry geometry, SegmentEntry entry, boolean wanted) {
    int unit = BYTES_AT_ONCE / parallelism;
    int weight = (geometry.segmentSize().bytes() + unit - 1) / unit;
    ChunkCodec codec = new ChunkCodec(geometry.segmentSize(), Compression.DEFAULT);
    List<ObjectKey> chunks = entry.layers().stream().map(Layer::chunk).map(keys::chunk).toList();
    boolean keep = settings.remembersAll() || chunks.size() > 1;
    Submission submission =
        urgent ->
            chunks.stream()
                .map(key -> queue.submit(lane, weight, urgent, () -> chunk(key, codec, keep)))
                .toList();
    List<FetchQueue.Job<Chunk>> jobs = submission.submit(wanted);
    CompletableFuture<SegmentData> result =
        together(jobs)
            .thenCompose(fetched -> assemble(geometry, entry, fetched, chunks, submission));
    return new Fetch(result, jobs);
  }

  /** Has the chunks of one segment fetched. */
  private interface Submission {
    List<FetchQueue.Job<Chunk>> submit(boolean wanted);
  }

  private static CompletableFuture<List<Chunk>> together(List<FetchQueue.Job<Chunk>> jobs) {
    return CompletableFuture.allOf(
            jobs.stream().map(FetchQueue.Job::result).toArray(CompletableFuture<?>[]::new))
        .thenApply(all -> jobs.stream().map(job -> job.result().join()).toList());
  }

  /** If remembered chunks do not fit, the store is asked before it is said. */
  private CompletableFuture<SegmentData> assemble(
      DiskGeometry geometry,
      SegmentEntry entry,
      List<Chunk> fetched,
      List<ObjectKey> chunks,
      Submission submission) {
    try {
      return CompletableFuture.completedFuture(SegmentData.of(geometry, entry, fetched));
    } catch (CorruptException e) {
      if (remembered.getAllPresent(chunks).isEmpty()) {
        throw e;
      }
      remembered.invalidateAll(chunks);
      return together(submission.submit(true))
          .thenApply(again -> SegmentData.of(geometry, entry, again));
    }
  }

  private Chunk chunk(ObjectKey key, ChunkCodec codec, boolean keep) {
    Chunk known = remembered.getIfPresent(key);
    if (known != null) {
      return known;
    }
    Chunk chunk = fetch(key, codec);
    if (keep) {
      remembered.put(key, chunk);
    }
    return chunk;
  }

  /** What arrives cut short or garbled once may be whole the next time. */
  private Chunk fetch(ObjectKey key, ChunkCodec codec) {
    Duration pause = FIRST_PAUSE;
    for (int tried = 1; ; tried++) {
      try {
        Optional<byte[]> object = store.get(key, codec.maxObjectBytes());
        if (object.isEmpty()) {
          break;
        }
        fetched.addAndGet(object.get().length);
        return codec.decode(object.get());
      } catch (CorruptException | InvalidException e) {
        if (tried == settings.tries()) {
          throw new CorruptException("chunk " + key + " is damaged: " + e.getMessage(), e);
        }
      }
      pause(pause);
      pause = pause.multipliedBy(2);
    }
    throw new CorruptException("chunk " + key + " is missing");
  }

  private void pause(Duration pause) {
    try {
      timing.pause(pause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException("interrupted while reading again", e);
    }
  }

  /** Gives up what was to be fetched ahead on somebody's behalf. */
  void forgetAhead(Object lane) {
    queue.forgetAhead(lane);
  }

  /** How many segments are worth being fetched at once: what the store takes, within a bound. */
  int atOnce(DiskGeometry geometry) {
    return Math.max(1, Math.min(parallelism, BYTES_AT_ONCE / geometry.segmentSize().bytes()));
  }

  /** How many bytes came from the store so far. */
  long fetchedBytes() {
    return fetched.get();
  }

  @Override
  public void close() {
    queue.close();
  }
}
