package org.ekkofs.fuse;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * What one of the {@link LoopThreads} does: it takes a request, processes it, and judges whether
 * there are too few such threads or too many. A request that was there at once was waiting; one
 * that came while another thread waited as well would have found that one.
 */
final class Loop {
  /** To receive a request that is there takes less; to be woken for one takes longer. */
  private static final long PROMPT_NANOS = 2_500;

  /** So many requests found waiting, one after the other and with nobody else to take them. */
  private static final int BACKLOG = 8;

  /** So many requests that another thread could have taken, one after the other. */
  private static final int SURPLUS = 64;

  private final LoopThreads.Session session;
  private final LoopThreads threads;
  private final AtomicInteger receiving;
  private final LoopWatch watch;

  /** The kernel's number of the thread, 0 until it runs. */
  private volatile int thread;

  /** Written by the thread alone. */
  private volatile long turns;

  private int backlog;
  private int surplus;

  Loop(LoopThreads.Session session, LoopThreads threads, AtomicInteger receiving, LoopWatch watch) {
    this.session = session;
    this.threads = threads;
    this.receiving = receiving;
    this.watch = watch;
  }

  /** How many requests it has taken. */
  long turns() {
    return turns;
  }

  /** Gets the thread out of waiting for a request. */
  void wake() {
    if (thread != 0) {
      WakeSignal.send(thread);
    }
  }

  /** Takes requests until the mount ends or the thread is not needed any more. */
  void run() throws InterruptedException {
    thread = Libc.calls().gettid();
    try (Receiver receiver = session.receiver()) {
      long count = 0;
      while (!session.exited()) {
        int length = receive(receiver);
        if (length > 0) {
          turns = ++count;
          watch.stir();
          receiver.process();
        } else if (length != -Libc.EINTR) {
          session.exit();
        }
        if (surplus >= SURPLUS && !stay()) {
          return;
        }
      }
    }
  }

  private int receive(Receiver receiver) {
    receiving.incrementAndGet();
    long start = System.nanoTime();
    int length = receiver.receive();
    boolean prompt = System.nanoTime() - start < PROMPT_NANOS;
    boolean alone = receiving.decrementAndGet() == 0;
    surplus = prompt || alone ? 0 : surplus + 1;
    backlog = prompt && alone ? backlog + 1 : 0;
    if (backlog >= BACKLOG) {
      backlog = 0;
      threads.addForBacklog();
    }
    return length;
  }

  private boolean stay() throws InterruptedException {
    surplus = 0;
    return threads.rest();
  }
}
