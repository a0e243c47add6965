package org.ekkofs.fuse;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Java threads that take requests and process them: as few as will do. The kernel hands
 * requests to those who wait for them in turn, so each thread too many makes every request wake a
 * thread whose memory is no longer in the processor's cache, which doubles what a small read costs.
 * There are two at first: while one is still on its way back to the kernel, the other can be woken
 * on the reader's own processor, which on an otherwise idle machine is far cheaper than waking one
 * that has gone to sleep. Another takes part
 *
 * <ul>
 *   <li>when requests are found waiting time after time, up to one thread a core ({@link Loop}),
 *   <li>when one of them is about to wait and nobody else would take requests ({@link #stepOut}),
 *   <li>when no request has come to an end for a while ({@link LoopWatch}).
 * </ul>
 *
 * One that keeps finding itself superfluous rests, and ends if it is not called for some seconds.
 */
final class LoopThreads {
  private static final Logger LOG = LoggerFactory.getLogger(LoopThreads.class);
  private static final long SIGNAL_EVERY_MILLIS = 5;

  /** How many take requests when there is nothing to do. */
  private static final int FEWEST = 2;

  private static final int CORES = Math.max(2, Runtime.getRuntime().availableProcessors());

  /** The session that is served. */
  interface Session {
    /** A new receiver, for one thread. */
    Receiver receiver();

    /** Whether the mount has ended or shall end. */
    boolean exited();

    /** Says that it shall end: every thread stops after its present request. */
    void exit();
  }

  private final Session session;
  private final int limit;
  private final Duration restsFor;
  private final ThreadFactory factory = Workers.named("ekkofs-fuse-");
  private final LoopWatch watch = new LoopWatch(this);
  private final CountDownLatch ended = new CountDownLatch(1);

  /** How many wait for the kernel's next request. */
  private final AtomicInteger receiving = new AtomicInteger();

  /**
   * Those who live, each with its loop. Entries come and go under this object's lock; threads that
   * only look need none.
   */
  private final Map<Thread, Loop> living = new ConcurrentHashMap<>();

  /** How many neither rest nor have stepped out; guarded by this. */
  private int active;

  /** How many rest, or are called and have not noticed yet; guarded by this. */
  private int resting;

  /** How many of those are called; guarded by this. */
  private int called;

  /** Whether it was said that no more threads can be started; guarded by this. */
  private boolean warned;

  /**
   * Starts nothing yet.
   *
   * @param limit how many threads there may be, those that have stepped out included
   * @param restsFor how long one that is not needed waits to be called before it ends
   */
  LoopThreads(Session session, int limit, Duration restsFor) {
    this.session = session;
    this.limit = limit;
    this.restsFor = restsFor;
  }

  /** Starts the first threads. */
  void start() {
    for (int n = 0; n < Math.min(FEWEST, limit); n++) {
      add();
    }
    watch.start();
  }

  /** Has one more thread take part if requests pile up, unless there is one for each core. */
  synchronized void addForBacklog() {
    if (active < Math.min(CORES, limit)) {
      add();
    }
  }

  /** Has one more thread take part, unless there are as many as there may be. */
  synchronized void add() {
    if (resting > called) {
      called++;
      active++;
      notify();
    } else if (living.size() < limit && !session.exited()) {
      Loop loop = new Loop(session, this, receiving, watch);
      Thread thread = factory.newThread(() -> run(loop));
      start(thread, loop);
    }
  }

  /** Where the system has no thread left, those who live go on alone. */
  private synchronized void start(Thread thread, Loop loop) {
    living.put(thread, loop);
    active++;
    try {
      thread.start();
    } catch (OutOfMemoryError e) {
      living.remove(thread);
      active--;
      if (!warned) {
        LOG.warn("No more than {} threads can serve the mount: {}", living.size(), e.getMessage());
        warned = true;
      }
    }
  }

  /** Says that the calling thread is about to wait; somebody else will take requests. */
  synchronized void stepOut() {
    active--;
    if (active == 0) {
      add();
    }
  }

  /** Says that the calling thread, which had stepped out, takes part again. */
  synchronized void stepIn() {
    active++;
  }

  /**
   * Lets the calling thread rest until it is needed, unless hardly anybody else takes part.
   *
   * @return whether it shall go on; if not, it shall end
   */
  synchronized boolean rest() throws InterruptedException {
    if (active <= FEWEST) {
      return true;
    }
    long deadline = System.nanoTime() + restsFor.toNanos();
    active--;
    resting++;
    boolean needed = false;
    try {
      long left = restsFor.toNanos();
      while (called == 0 && left > 0 && !session.exited()) {
        TimeUnit.NANOSECONDS.timedWait(this, left);
        left = deadline - System.nanoTime();
      }
    } finally {
      needed = called > 0;
      called -= needed ? 1 : 0;
      active += needed ? 0 : 1;
      resting--;
    }
    return needed;
  }

  private void run(Loop loop) {
    try {
      loop.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      LOG.error("A thread that serves the mount has failed", e);
    } finally {
      leave(loop);
    }
  }

  private synchronized void leave(Loop loop) {
    living.remove(Thread.currentThread());
    active--;
    if (active == 0 && loop.turns() > 0) {
      add();
    }
    if (session.exited()) {
      notifyAll();
    }
    if (living.isEmpty()) {
      watch.end();
      ended.countDown();
    }
  }

  /** Whether somebody waits for the kernel's next request. */
  boolean receives() {
    return receiving.get() > 0;
  }

  /** How many requests have been taken so far by the threads that live. */
  long turns() {
    long turns = 0;
    for (Loop loop : living.values()) {
      turns += loop.turns();
    }
    return turns;
  }

  /** How many threads live. */
  int size() {
    return living.size();
  }

  /** Waits until all threads have ended. */
  void await() throws InterruptedException {
    ended.await();
  }

  /**
   * Ends all threads.
   *
   * @param grace how long they may go on with what they do before they are interrupted
   * @param patience when to give up
   * @return whether all have ended
   */
  boolean end(Duration grace, Duration patience) throws InterruptedException {
    session.exit();
    long start = System.nanoTime();
    boolean interrupted = false;
    while (!ended.await(SIGNAL_EVERY_MILLIS, TimeUnit.MILLISECONDS)) {
      callAll();
      living.values().forEach(Loop::wake);
      long elapsed = System.nanoTime() - start;
      if (!interrupted && elapsed > grace.toNanos()) {
        living.keySet().forEach(Thread::interrupt);
        interrupted = true;
      }
      if (elapsed > patience.toNanos()) {
        watch.end();
        return false;
      }
    }
    return watch.await();
  }

  private synchronized void callAll() {
    notifyAll();
  }
}
