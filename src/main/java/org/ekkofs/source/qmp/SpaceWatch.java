package org.ekkofs.source.qmp;

import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.RefusedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives a backup up before the guest fills the scratch folder: QEMU lets a write of the guest fail
 * if it cannot keep what is overwritten. Safe for use by many threads.
 */
final class SpaceWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SpaceWatch.class);
  private static final long RESERVE = 256L << 20;
  private static final long INTERVAL_MILLIS = 200;

  private final ScratchFolder folder;
  private final long reserve;
  private final Runnable giveUp;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile @Nullable String failure;
  private @Nullable Thread thread;

  /**
   * Makes sure that there is some room.
   *
   * @param bytes how much may be written at most
   * @param giveUp has nothing more written there; called once, by a thread of its own
   * @throws RefusedException if there is too little room to begin with
   */
  SpaceWatch(ScratchFolder folder, long bytes, Runnable giveUp) {
    this.folder = folder;
    this.reserve = Math.min(bytes, RESERVE);
    this.giveUp = giveUp;
    if (folder.usableBytes() < 2 * reserve) {
      throw new RefusedException(
          "there is too little room in %s for what the guest overwrites meanwhile; name another folder with --scratch"
              .formatted(folder.path().getParent()));
    }
  }

  /** Begins to watch; for one caller. */
  void start() {
    Thread watcher = new Thread(this::watch, "ekkofs-scratch");
    watcher.setDaemon(true);
    watcher.start();
    thread = watcher;
  }

  private void watch() {
    try {
      while (!closed.await(INTERVAL_MILLIS, TimeUnit.MILLISECONDS)) {
        if (folder.usableBytes() < reserve) {
          failure =
              "the guest has overwritten so much that %s is nearly full; name another folder with --scratch"
                  .formatted(folder.path().getParent());
          giveUp.run();
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (EkkofsException e) {
      LOG.warn(
          "the room for what the guest overwrites is not watched any more: {}", e.getMessage());
    }
  }

  /**
   * Says whether it is still well.
   *
   * @throws FailedException if the backup was given up
   */
  void check() {
    Optional.ofNullable(failure)
        .ifPresent(
            why -> {
              throw new FailedException(why);
            });
  }

  /** Ends; when this returns, giving up is not under way. */
  @Override
  public void close() {
    closed.countDown();
    Thread watcher = thread;
    boolean interrupted = false;
    while (watcher != null && watcher.isAlive()) {
      try {
        watcher.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
