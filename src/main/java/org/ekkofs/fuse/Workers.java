package org.ekkofs.fuse;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads that may wait so that the loop threads need not. Each kind of work has its own, so
 * that none can hold up another: a store that hangs holds the reads and the opens that wait for it,
 * each up to as many threads as there may be of them, while whatever needs no store goes on. Work
 * beyond that queues; of that there is no more than processes that wait for it and requests that
 * the kernel sends in the background. Idle threads end.
 */
final class Workers {
  /** What work may wait for. */
  enum Kind {
    /** Reads, for the store. */
    READ("ekkofs-read-"),
    /** Opening a file, for the store. */
    OPEN("ekkofs-open-"),
    /** Seeking and closing, for the local disk. */
    LOCAL("ekkofs-local-"),
    /** The control directory: for checks that may ask the store. */
    CONTROL("ekkofs-control-"),
    /** Events; work beyond what there are threads for is rejected. */
    EVENT("ekkofs-event-");

    private final String prefix;

    Kind(String prefix) {
      this.prefix = prefix;
    }
  }

  /**
   * Takes from the pool only what an idle thread takes at once, so that the pool starts a thread
   * when there is none, and not before; what comes when no more may be started is added.
   */
  private static final class Queue extends LinkedTransferQueue<Runnable> {
    private static final long serialVersionUID = 1;

    @Override
    public boolean offer(Runnable task) {
      return tryTransfer(task);
    }

    @Override
    public boolean add(Runnable task) {
      put(task);
      return true;
    }
  }

  private static final int OPEN_THREADS = 64;
  private static final int LOCAL_THREADS = 8;
  private static final int CONTROL_THREADS = 8;
  private static final long IDLE_SECONDS = 10;

  /** How long work may go on after the end before it is interrupted, and after that. */
  private static final long GRACE_SECONDS = 2;

  private static final long LAST_SECONDS = 5;

  private final Map<Kind, ThreadPoolExecutor> pools = new EnumMap<>(Kind.class);

  /**
   * Starts nothing yet.
   *
   * @param readThreads how many reads may wait for the store at once; more queue
   * @param eventThreads how many may wait for events at once; more are rejected
   */
  Workers(int readThreads, int eventThreads) {
    pools.put(Kind.READ, queueing(Kind.READ, readThreads));
    pools.put(Kind.OPEN, queueing(Kind.OPEN, OPEN_THREADS));
    pools.put(Kind.LOCAL, queueing(Kind.LOCAL, LOCAL_THREADS));
    pools.put(Kind.CONTROL, queueing(Kind.CONTROL, CONTROL_THREADS));
    pools.put(
        Kind.EVENT,
        new ThreadPoolExecutor(
            0,
            eventThreads,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            named(Kind.EVENT.prefix)));
  }

  private static ThreadPoolExecutor queueing(Kind kind, int threads) {
    return new ThreadPoolExecutor(
        0,
        threads,
        IDLE_SECONDS,
        TimeUnit.SECONDS,
        new Queue(),
        named(kind.prefix),
        Workers::queue);
  }

  private static void queue(Runnable task, ThreadPoolExecutor pool) {
    if (pool.isShutdown()) {
      throw new RejectedExecutionException("the mount is ending");
    }
    pool.getQueue().add(task);
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

  /**
   * Runs work of that kind.
   *
   * @throws RejectedExecutionException if too many wait for events already, or at the end
   */
  void run(Kind kind, Runnable task) {
    pool(kind).execute(task);
  }

  private ThreadPoolExecutor pool(Kind kind) {
    return Objects.requireNonNull(pools.get(kind));
  }

  /** Interrupts those who wait for events, and lets no new ones in. */
  void endEvents() {
    pool(Kind.EVENT).shutdownNow();
  }

  /**
   * Ends all threads; interrupts those that do not come to an end by themselves.
   *
   * @return whether all of them have ended
   */
  boolean end() {
    endEvents();
    pools.values().forEach(ExecutorService::shutdown);
    if (ended(GRACE_SECONDS)) {
      return true;
    }
    pools.values().forEach(ExecutorService::shutdownNow);
    return ended(LAST_SECONDS);
  }

  private boolean ended(long seconds) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    boolean ended = true;
    try {
      for (ExecutorService pool : pools.values()) {
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
