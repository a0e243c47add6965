package org.ekkofs.backup;

import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.ekkofs.model.CancelledException;

/**
 * The threads of one snapshot: one worker a core, which computes, as many others as the store is
 * worth, which wait for it, and as many as the source is worth, which read. What waits to be put is
 * bounded: whoever makes more waits. Safe for use by many threads.
 */
final class SnapshotThreads implements AutoCloseable {
  /** How many bytes of chunks wait to be put, or are being put. */
  static final int WAITING_BYTES = 96 << 20;

  private static final int UNIT = 1024;
  private static final int STOP_SECONDS = 30;

  private final ExecutorService workers;
  private final ExecutorService store;
  private final Optional<ExecutorService> readers;
  private final Semaphore room = new Semaphore(WAITING_BYTES / UNIT, true);

  SnapshotThreads(Threads threads, int parallelism, int readersAtOnce) {
    workers = threads.pool("ekkofs-hash", Runtime.getRuntime().availableProcessors());
    store = threads.pool("ekkofs-put", parallelism);
    readers =
        readersAtOnce > 1
            ? Optional.of(threads.pool("ekkofs-source", readersAtOnce))
            : Optional.empty();
  }

  /** Where to read the disk: the calling thread, if one is enough. */
  Executor readers() {
    return readers.<Executor>map(pool -> pool).orElse(Runnable::run);
  }

  /** Where to compute. */
  Executor workers() {
    return workers;
  }

  /** Where to wait for the store. */
  Executor store() {
    return store;
  }

  /**
   * Waits until there is room for a chunk; {@link #leave} gives it back.
   *
   * @return what to give back
   */
  int enter(int bytes) {
    int units = Math.min(WAITING_BYTES / UNIT, bytes / UNIT + 1);
    try {
      room.acquire(units);
      return units;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException("the snapshot was interrupted", e);
    }
  }

  void leave(int units) {
    room.release(units);
  }

  @Override
  public void close() {
    readers.ifPresent(SnapshotThreads::stop);
    stop(workers);
    stop(store);
  }

  /** Waits for what is under way, so that nothing is put or looked up once this has ended. */
  static void stop(ExecutorService threads) {
    threads.shutdownNow();
    boolean interrupted = Thread.interrupted();
    try {
      threads.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
