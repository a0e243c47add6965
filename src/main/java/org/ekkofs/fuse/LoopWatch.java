package org.ekkofs.fuse;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Sees to it that requests are taken even if all {@link LoopThreads} are stuck, be it in a slow
 * local disk: when none waits for a request and none has taken one between two looks, one more
 * takes part. It looks every few milliseconds while there are requests, and sleeps while there are
 * none.
 */
final class LoopWatch {
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  /** So many looks without any request, and it falls asleep. */
  private static final int QUIET_LOOKS = 100;

  private static final long PATIENCE_MILLIS = 5_000;

  private final LoopThreads threads;
  private final Thread thread = Workers.named("ekkofs-watch-").newThread(this::run);
  private volatile boolean awake = true;
  private volatile boolean over;

  LoopWatch(LoopThreads threads) {
    this.threads = threads;
  }

  void start() {
    thread.start();
  }

  /** Says that a request was taken. */
  void stir() {
    if (!awake) {
      awake = true;
      LockSupport.unpark(thread);
    }
  }

  /** Ends it soon. */
  void end() {
    over = true;
    LockSupport.unpark(thread);
  }

  /** Waits until it has ended, and says whether it has. */
  boolean await() throws InterruptedException {
    thread.join(PATIENCE_MILLIS);
    return !thread.isAlive();
  }

  private void run() {
    long last = -1;
    int quiet = 0;
    while (!over) {
      LockSupport.parkNanos(this, LOOK_NANOS);
      long turns = threads.turns();
      quiet = turns == last ? quiet + 1 : 0;
      if (turns == last && !threads.receives()) {
        threads.add();
        quiet = 0;
      }
      last = turns;
      if (quiet >= QUIET_LOOKS) {
        sleep();
        quiet = 0;
      }
    }
  }

  /** A request that comes after the flag is down finds it; one that came before is not missed. */
  private void sleep() {
    awake = false;
    if (threads.receives()) {
      while (!awake && !over) {
        LockSupport.park(this);
      }
    }
    awake = true;
  }
}
