package org.ekkofs.fuse;

import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads that may wait so that the loop threads need not: for the store, for the control
 * directory, and for events. Each kind has its own, so that none can hold up another; a store that
 * hangs holds only those that wait for it. Idle threads end.
 */
final class Workers {
  private static final int CONTROL_THREADS = 8;
  private static final long IDLE_SECONDS = 10;

  /** How long work may go on after the end before it is interrupted, and after that. */
  private static final long GRACE_SECONDS = 2;

  private static final long LAST_SECONDS = 5;

  private final ThreadPoolExecutor store;
  private final ThreadPoolExecutor control;
  private final ThreadPoolExecutor events;

  /**
   * Starts nothing yet.
   *
   * @param storeThreads how many operations may wait for the store at once; more queue
   * @param eventThreads how many may wait for events at once; more are rejected
   */
  Workers(int storeThreads, int eventThreads) {
    store = queueing("ekkofs-store-", storeThreads);
    control = queueing("ekkofs-control-", CONTROL_THREADS);
    events =
        new ThreadPoolExecutor(
            0,
            eventThreads,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            named("ekkofs-event-"));
  }

  private static ThreadPoolExecutor queueing(String name, int threads) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            threads,
            threads,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            named(name));
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  /** Daemon threads with numbered names. */
  static ThreadFactory named(String prefix) {
    AtomicInteger count = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, prefix + count.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  /** Runs what may wait for the store. */
  void store(Runnable task) {
    store.execute(task);
  }

  /** Runs what changes the control directory. */
  void control(Runnable task) {
    control.execute(task);
  }

  /**
   * Runs what waits for something to happen.
   *
   * @throws RejectedExecutionException if too many wait already
   */
  void event(Runnable task) {
    events.execute(task);
  }

  /** Interrupts those who wait for events, and lets no new ones in. */
  void endEvents() {
    events.shutdownNow();
  }

  /**
   * Ends all threads; interrupts those that do not come to an end by themselves.
   *
   * @return whether all of them have ended
   */
  boolean end() {
    events.shutdownNow();
    store.shutdown();
    control.shutdown();
    List<ExecutorService> all = List.of(events, store, control);
    if (ended(all, GRACE_SECONDS)) {
      return true;
    }
    all.forEach(ExecutorService::shutdownNow);
    return ended(all, LAST_SECONDS);
  }

  private static boolean ended(List<ExecutorService> pools, long seconds) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    boolean ended = true;
    try {
      for (ExecutorService pool : pools) {
        long left = Math.max(0, deadline - System.nanoTime());
        ended &= pool.awaitTermination(left, TimeUnit.NANOSECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
    return ended;
  }
}
