package org.ekkofs.vfs;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Has segments fetched before they are asked for, on a thread of its own: one after the other, for
 * the open files in turn, so many at once and no more. Behind a store that hangs it waits; what
 * waits with it is one entry for each open file. Safe for use by many threads.
 */
final class Prefetcher implements AutoCloseable {
  private static final long MAX_AHEAD_BYTES = 64L << 20;

  /** One part of the memory in so many is for what was fetched and not read yet. */
  private static final int MEMORY_SHARE = 4;

  private final long aheadBytes;
  private final Semaphore permits;
  private final ThreadPoolExecutor executor =
      new ThreadPoolExecutor(
          1,
          1,
          0,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(),
          Prefetcher::thread,
          new ThreadPoolExecutor.DiscardPolicy());

  /**
   * Fetches into a cache.
   *
   * @param memoryBytes how much that holds in memory
   * @param underWay how many segments to have under way at once: as many as the cache has
   */
  Prefetcher(long memoryBytes, int underWay) {
    this.permits = new Semaphore(underWay);
    this.aheadBytes = Math.min(MAX_AHEAD_BYTES, memoryBytes / MEMORY_SHARE);
  }

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(task, "ekkofs-readahead");
    thread.setDaemon(true);
    return thread;
  }

  /** How many bytes may lie ahead of the readers of one open file. */
  long aheadBytes() {
    return aheadBytes;
  }

  /** Knows what to fetch next. */
  @FunctionalInterface
  interface Reader {
    /** Begins to fetch one segment; empty if there is none to be fetched now. */
    Optional<CompletableFuture<?>> fetchNext();
  }

  /** What one open file has fetched. */
  final class Line {
    private final Reader reader;
    private final AtomicBoolean waiting = new AtomicBoolean();

    private Line(Reader reader) {
      this.reader = reader;
    }

    /** Has the reader's segments fetched until it knows of no more; never waits. */
    void go() {
      if (waiting.compareAndSet(false, true)) {
        executor.execute(this::turn);
      }
    }

    private void turn() {
      try {
        permits.acquire();
      } catch (InterruptedException closing) {
        return;
      }
      waiting.set(false);
      Optional<CompletableFuture<?>> fetch = Optional.empty();
      try {
        fetch = reader.fetchNext();
      } finally {
        if (fetch.isEmpty()) {
          permits.release();
        }
      }
      if (fetch.isPresent()) {
        // Whoever reads the segment is told if it failed.
        CompletableFuture<?> unused =
            fetch.get().whenComplete((done, failure) -> permits.release());
        go();
      }
    }
  }

  Line line(Reader reader) {
    return new Line(reader);
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
