package org.ekkofs.fuse;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;

/**
 * Interrupts the thread that waits on behalf of a request when whoever made the request is
 * interrupted, and never a thread that has gone on to other work. Safe for use by many threads.
 */
final class Interrupts {
  /** What waits. */
  @FunctionalInterface
  interface Wait {
    void run() throws InterruptedException;
  }

  private static final class Waiter {
    private final Thread thread = Thread.currentThread();
    private boolean over;

    synchronized void interrupt() {
      if (!over) {
        thread.interrupt();
      }
    }

    /** From here on no interrupt can come; one that came too late is taken back. */
    synchronized void end() {
      over = true;
      Thread.interrupted();
    }
  }

  private final Map<Long, Waiter> waiting = new ConcurrentHashMap<>();
  private final AtomicLong last = new AtomicLong();

  /** Kept so that the native function stays. */
  private final LibFuse3.Interrupt callback = (request, data) -> interrupt(data);

  private final Pointer function =
      Runtime.getSystemRuntime()
          .getClosureManager()
          .getClosurePointer(LibFuse3.Interrupt.class, callback);

  private void interrupt(long data) {
    Waiter waiter = waiting.get(data);
    if (waiter != null) {
      waiter.interrupt();
    }
  }

  /** Waits for the request, which must not be answered within. */
  void await(Request request, Wait wait) throws InterruptedException {
    long number = last.incrementAndGet();
    Waiter waiter = new Waiter();
    waiting.put(number, waiter);
    try {
      request.onInterrupt(function.address(), number);
      wait.run();
    } finally {
      waiting.remove(number);
      waiter.end();
    }
  }
}
