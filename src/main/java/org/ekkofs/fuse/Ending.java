package org.ekkofs.fuse;

/**
 * Ends a mount once, whoever asks. A second caller waits for the first. An interrupt that was
 * pending does not cut the ending short; it is pending again afterwards.
 */
final class Ending {
  /** What ends the mount. */
  @FunctionalInterface
  interface Work {
    void run() throws InterruptedException;
  }

  private final Work work;

  /** Guarded by this. */
  private boolean begun;

  Ending(Work work) {
    this.work = work;
  }

  synchronized void run() {
    if (begun) {
      return;
    }
    begun = true;
    boolean interrupted = Thread.interrupted();
    try {
      work.run();
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
