package org.ekkofs.disk;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.ekkofs.format.Chunk;
import org.ekkofs.format.ChunkCodec;
import org.ekkofs.model.Compression;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.Layer;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectStore;
import org.ekkofs.store.TreeKeys;

/**
 * Decoded, verified chunks, shared by all backups of all trees: in memory, behind that in local
 * files, behind those in the store. However many ask for a chunk at once, it is fetched once. Safe
 * for use by many threads; fetching and decoding run on this cache's own threads.
 */
public final class ChunkCache implements AutoCloseable {
  private static final int FETCH_THREADS = 16;

  /** One part in so many is for what came last. */
  private static final int ARRIVALS_SHARE = 4;

  private final ObjectStore store;
  private final long memoryBytes;
  private final Optional<ChunkFiles> files;
  private final ExecutorService fetchers;
  private final Cache<ChunkKey, Chunk> memory;
  private final Arrivals arrivals;
  private final ConcurrentMap<ChunkKey, CompletableFuture<Chunk>> underWay =
      new ConcurrentHashMap<>();
  private final AtomicLong fetched = new AtomicLong();

  /**
   * A cache over a store.
   *
   * @param memoryBytes how much the chunks held in memory may take
   * @param files the local tier, closed with this cache; empty for none
   */
  public ChunkCache(ObjectStore store, long memoryBytes, Optional<ChunkFiles> files) {
    this.store = store;
    this.memoryBytes = memoryBytes;
    this.files = files;
    this.arrivals = new Arrivals(memoryBytes / ARRIVALS_SHARE);
    this.fetchers = Executors.newFixedThreadPool(FETCH_THREADS, ChunkCache::fetcher);
    this.memory =
        Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumWeight(memoryBytes - memoryBytes / ARRIVALS_SHARE)
            .weigher((ChunkKey key, Chunk chunk) -> chunk.weight())
            .build();
  }

  private static Thread fetcher(Runnable task) {
    Thread thread = new Thread(task, "ekkofs-fetch");
    thread.setDaemon(true);
    return thread;
  }

  /**
   * The chunk of a layer, now or later. It fails with a {@link CorruptException} that names the
   * chunk if it is missing or not what it must be, or with what the store failed with.
   */
  CompletableFuture<Chunk> get(TreeKeys keys, SegmentSize size, Layer layer) {
    ChunkKey key = new ChunkKey(keys.tree(), layer.chunk());
    Optional<Chunk> held = held(key);
    if (held.isPresent()) {
      return CompletableFuture.completedFuture(held.get());
    }
    CompletableFuture<Chunk> mine = new CompletableFuture<>();
    CompletableFuture<Chunk> first = underWay.putIfAbsent(key, mine);
    if (first != null) {
      return first;
    }
    try {
      fetchers.execute(() -> settle(key, mine, () -> load(keys, size, layer)));
    } catch (RejectedExecutionException e) {
      underWay.remove(key, mine);
      mine.completeExceptionally(closed());
    } catch (OutOfMemoryError noThread) {
      // Others may be waiting for it.
      underWay.remove(key, mine);
      mine.completeExceptionally(noThread);
    }
    return mine;
  }

  /** In memory before it is no longer under way, so that nobody misses both. */
  private void settle(ChunkKey key, CompletableFuture<Chunk> result, Supplier<Chunk> load) {
    try {
      Chunk chunk = held(key).orElseGet(load);
      arrivals.add(key, chunk);
      memory.put(key, chunk);
      underWay.remove(key, result);
      result.complete(chunk);
    } catch (RuntimeException | Error e) {
      underWay.remove(key, result);
      result.completeExceptionally(e);
    }
  }

  private static FailedException closed() {
    return new FailedException("the cache was closed before the chunk was read");
  }

  /** Forgets the chunk of a layer, in memory and on disk, so that it is fetched anew. */
  void forget(TreeKeys keys, Layer layer) {
    ChunkKey key = new ChunkKey(keys.tree(), layer.chunk());
    memory.invalidate(key);
    arrivals.remove(key);
    files.ifPresent(tier -> tier.forget(keys.chunk(layer.chunk())));
  }

  /** The chunk of a layer if it is in memory; never waits. */
  Optional<Chunk> getNow(TreeKeys keys, Layer layer) {
    return held(new ChunkKey(keys.tree(), layer.chunk()));
  }

  private Optional<Chunk> held(ChunkKey key) {
    return Optional.ofNullable(memory.getIfPresent(key)).or(() -> arrivals.get(key));
  }

  private Chunk load(TreeKeys keys, SegmentSize size, Layer layer) {
    ChunkCodec codec = new ChunkCodec(size, Compression.DEFAULT);
    ObjectKey key = keys.chunk(layer.chunk());
    Optional<Chunk> local = files.flatMap(tier -> tier.get(key, codec));
    return local.orElseGet(() -> fetch(key, codec));
  }

  private Chunk fetch(ObjectKey key, ChunkCodec codec) {
    byte[] object =
        store
            .get(key, codec.maxObjectBytes())
            .orElseThrow(() -> new CorruptException("chunk " + key + " is missing"));
    fetched.addAndGet(object.length);
    try {
      Chunk chunk = codec.decode(object);
      files.ifPresent(tier -> tier.put(key, object));
      return chunk;
    } catch (EkkofsException e) {
      throw new CorruptException("chunk " + key + " is damaged: " + e.getMessage(), e);
    }
  }

  /** How much may be held in memory. */
  public long memoryBytes() {
    return memoryBytes;
  }

  /** How many bytes were read from the store so far. */
  public long fetchedBytes() {
    return fetched.get();
  }

  /** Stops fetching; whoever waits is told. */
  @Override
  public void close() {
    fetchers.shutdownNow();
    underWay.values().forEach(chunk -> chunk.completeExceptionally(closed()));
    try {
      fetchers.awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    files.ifPresent(ChunkFiles::close);
  }
}
