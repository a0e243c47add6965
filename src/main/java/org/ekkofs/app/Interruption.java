package org.ekkofs.app;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.ekkofs.model.ErrorKind;

/**
 * Ends a command when the process is told to end by SIGINT, SIGTERM or SIGHUP: its thread is
 * interrupted, and the process waits until it has cleaned up. Safe for use by many threads.
 */
final class Interruption {
  private static final long GRACE_SECONDS = 10;

  private final Thread worker;
  private final CountDownLatch finished = new CountDownLatch(1);
  private volatile boolean requested;
  private volatile int status = ErrorKind.CANCELLED.exitStatus();

  Interruption(Thread worker) {
    this.worker = worker;
  }

  /** Whether the process has been told to end. */
  boolean requested() {
    return requested;
  }

  /** Runs a command; from here on signals interrupt it. */
  int guard(IntSupplier command) {
    Thread hook = new Thread(this::end, "ekkofs-interruption");
    Runtime.getRuntime().addShutdownHook(hook);
    status = command.getAsInt();
    finished.countDown();
    if (!requested) {
      forget(hook);
    }
    return status;
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException shuttingDown) {
      // The hook ends the process with the status it finds.
      return;
    }
  }

  private void end() {
    requested = true;
    worker.interrupt();
    try {
      finished.await(GRACE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(status == 0 ? 0 : ErrorKind.CANCELLED.exitStatus());
  }
}
