package org.ekkofs.fuse;

import java.nio.ByteBuffer;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.ekkofs.model.FailedException;
import org.ekkofs.vfs.OpenFile;

/**
 * Reads that wait for events under libfuse 2, which tells of interrupts only if asked, on the
 * thread that has the request. So another thread waits, with a buffer of its own, as it may be left
 * behind.
 */
final class EventReads {
  private static final long ASK_EVERY_MILLIS = 100;

  private final Workers workers;
  private final BooleanSupplier interrupted;

  /**
   * Uses the workers' threads for events.
   *
   * @param interrupted whether the request of the calling thread was interrupted
   */
  EventReads(Workers workers, BooleanSupplier interrupted) {
    this.workers = workers;
    this.interrupted = interrupted;
  }

  /** As {@link OpenFile#read}. */
  int read(OpenFile file, long offset, ByteBuffer target) throws InterruptedException {
    ByteBuffer own = ByteBuffer.allocate(target.remaining());
    FutureTask<Integer> reading = new FutureTask<>(() -> file.read(offset, own));
    workers.run(Workers.Kind.EVENT, reading);
    try {
      int got = await(reading);
      target.put(own.array(), 0, FileOperations.checked(got, target.remaining()));
      return got;
    } finally {
      reading.cancel(true);
    }
  }

  private int await(FutureTask<Integer> reading) throws InterruptedException {
    while (true) {
      try {
        return reading.get(ASK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        if (interrupted.getAsBoolean()) {
          throw new InterruptedException();
        }
      } catch (ExecutionException e) {
        throw rethrown(e);
      }
    }
  }

  private static RuntimeException rethrown(ExecutionException e) throws InterruptedException {
    Throwable cause = e.getCause();
    if (cause instanceof RuntimeException failure) {
      return failure;
    }
    if (cause instanceof InterruptedException interrupt) {
      throw interrupt;
    }
    return new FailedException("a read failed: " + cause, e);
  }
}
