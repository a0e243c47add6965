package org.ekkofs.fuse;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.ekkofs.vfs.Errno;
import org.ekkofs.vfs.ErrnoException;

/**
 * Lets operations wait under libfuse 2, which takes an answer only from the thread that has the
 * request. Before one waits another thread is made to take requests, so waiting costs a thread
 * each; there may be hundreds. Each kind of wait has its share of them, and a rest is left for what
 * needs no waiting: so whatever hangs, the others go on.
 *
 * <p>When a kind has used up its share, a few more wait in line, for some seconds; what still has
 * no turn then, and what finds the line full, fails with EIO. That takes hundreds of processes that
 * wait at once, as one waits for one thing at a time and the kernel sends few requests by itself.
 * Safe for use by many threads.
 */
final class Fuse2Waits {
  /** What is waited for. */
  enum Kind {
    /** Reads, for the store. */
    READ(320),
    /** Opening a file, for the store. */
    OPEN(64),
    /** The control directory: for checks that may ask the store. */
    CONTROL(16),
    /**
     * Events; the {@link Workers} turn away those beyond {@link #EVENTS} before it comes to that.
     */
    EVENT(2 * EVENTS);

    private final int share;

    Kind(int share) {
      this.share = share;
    }
  }

  /** What may wait. */
  @FunctionalInterface
  interface Task {
    int run() throws InterruptedException;
  }

  /** How many may wait for events. */
  static final int EVENTS = 32;

  /** How many threads that takes, with some to spare for what does not wait. */
  static final int THREADS = 512;

  private static final int LINE = 16;
  private static final long PATIENCE_SECONDS = 10;

  private record Share(Semaphore turns, Semaphore line) {
    static Share of(Kind kind) {
      return new Share(new Semaphore(kind.share, true), new Semaphore(LINE));
    }
  }

  private final Supplier<LoopThreads> loops;
  private final Share reads = Share.of(Kind.READ);
  private final Share opens = Share.of(Kind.OPEN);
  private final Share control = Share.of(Kind.CONTROL);
  private final Share events = Share.of(Kind.EVENT);

  /** Counts nothing yet; the threads are asked for when the first one waits. */
  Fuse2Waits(Supplier<LoopThreads> loops) {
    this.loops = loops;
  }

  /** Runs, on the calling loop thread, what may wait. */
  int run(Kind kind, Task task) throws InterruptedException {
    Share share = share(kind);
    loops.get().stepOut();
    try {
      enter(share);
      try {
        return task.run();
      } finally {
        share.turns.release();
      }
    } finally {
      loops.get().stepIn();
    }
  }

  private Share share(Kind kind) {
    return switch (kind) {
      case READ -> reads;
      case OPEN -> opens;
      case CONTROL -> control;
      case EVENT -> events;
    };
  }

  private static void enter(Share share) throws InterruptedException {
    if (share.turns.tryAcquire()) {
      return;
    }
    if (!share.line.tryAcquire()) {
      throw new ErrnoException(Errno.EIO);
    }
    try {
      if (!share.turns.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new ErrnoException(Errno.EIO);
      }
    } finally {
      share.line.release();
    }
  }
}
