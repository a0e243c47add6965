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
 * The Java threads that take requests and process them. There is one at first; whenever a request
 * comes and none is left to wait for the next, one more is started, up to a limit. They live until
 * the mount ends.
 */
final class LoopThreads {
  private static final Logger LOG = LoggerFactory.getLogger(LoopThreads.class);
  private static final long SIGNAL_EVERY_MILLIS = 5;

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
  private final ThreadFactory factory = Workers.named("ekkofs-fuse-");
  private final AtomicInteger idle = new AtomicInteger();
  private final CountDownLatch ended = new CountDownLatch(1);

  /**
   * The kernel's numbers of the threads that live, 0 until the thread has said it. Entries come and
   * go under this object's lock; a thread adds others only while it is in here itself.
   */
  private final Map<Thread, Integer> living = new ConcurrentHashMap<>();

  LoopThreads(Session session, int limit) {
    this.session = session;
    this.limit = limit;
  }

  /** Starts the first thread. */
  void start() {
    grow();
  }

  private synchronized void grow() {
    if (living.size() < limit) {
      Thread thread = factory.newThread(this::run);
      living.put(thread, 0);
      thread.start();
    }
  }

  private void run() {
    living.put(Thread.currentThread(), Libc.calls().gettid());
    try (Receiver receiver = session.receiver()) {
      while (!session.exited() && turn(receiver)) {
        // Each turn is one request.
      }
    } catch (RuntimeException | Error e) {
      LOG.error("A thread that serves the mount has failed", e);
    } finally {
      leave();
    }
  }

  private boolean turn(Receiver receiver) {
    idle.incrementAndGet();
    int length = receiver.receive();
    int left = idle.decrementAndGet();
    if (length == -Libc.EINTR) {
      return true;
    }
    if (length <= 0) {
      session.exit();
      return false;
    }
    if (left == 0) {
      grow();
    }
    receiver.process();
    return true;
  }

  private synchronized void leave() {
    living.remove(Thread.currentThread());
    if (living.isEmpty()) {
      ended.countDown();
    }
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
      living.values().stream().filter(thread -> thread != 0).forEach(WakeSignal::send);
      long elapsed = System.nanoTime() - start;
      if (!interrupted && elapsed > grace.toNanos()) {
        living.keySet().forEach(Thread::interrupt);
        interrupted = true;
      }
      if (elapsed > patience.toNanos()) {
        return false;
      }
    }
    return true;
  }
}
