package org.ekkofs.vfs;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.ekkofs.backup.Progress;
import org.ekkofs.backup.SweepOptions;
import org.ekkofs.backup.Tree;
import org.ekkofs.control.Command;
import org.ekkofs.control.SweepText;
import org.ekkofs.control.SweepTrees;
import org.ekkofs.model.CancelledException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sweeps all trees once a day, one after the other, on a thread of its own. What could not be swept
 * then, as its file was open or the store was away, has its turn the next day. Safe for use by many
 * threads.
 */
final class DailySweeps implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DailySweeps.class);

  /** How late a sweep may begin; it is no timer, as machines sleep and clocks are set. */
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(20);

  private static final int PATIENCE_SECONDS = 10;
  private static final Command.Sweep COMMAND =
      new Command.Sweep(Optional.empty(), SweepOptions.DEFAULT, false);

  private final SweepTrees trees;
  private final InstantSource clock;
  private final ScheduledThreadPoolExecutor executor =
      new ScheduledThreadPoolExecutor(1, DailySweeps::thread);

  /** Belongs to the thread that sweeps, once it runs. */
  private Instant next = Instant.MAX;

  DailySweeps(SweepTrees trees, InstantSource clock) {
    this.trees = trees;
    this.clock = clock;
  }

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(task, "ekkofs-sweep");
    thread.setDaemon(true);
    return thread;
  }

  /** Begins to wait for the next time it is that time. */
  void start(SweepTime time) {
    start(time, BETWEEN_LOOKS);
  }

  void start(SweepTime time, Duration betweenLooks) {
    next = time.next(clock.instant());
    long millis = betweenLooks.toMillis();
    // Nothing escapes from it, so there is nothing to be told.
    var unused =
        executor.scheduleWithFixedDelay(() -> look(time), millis, millis, TimeUnit.MILLISECONDS);
  }

  private void look(SweepTime time) {
    if (clock.instant().isBefore(next)) {
      return;
    }
    try {
      trees.each(
          Optional.empty(),
          tree -> sweep(tree, time),
          (tree, damage) -> LOG.warn("the tree {} was not swept: {}", tree, damage.getMessage()));
      LOG.info("the daily sweep has ended");
    } catch (CancelledException atTheEnd) {
      return;
    } catch (RuntimeException e) {
      LOG.warn("the daily sweep failed, and will be tried again tomorrow: {}", e.getMessage(), e);
    }
    next = time.next(clock.instant());
  }

  private void sweep(Tree tree, SweepTime time) {
    SweepText text =
        new SweepText(
            trees.sweep(tree, COMMAND, new UntilClosed(), object -> {}),
            COMMAND.options(),
            false,
            time.zone());
    if (text.isWorthSaying()) {
      LOG.info("swept {}", text.line());
    }
  }

  /** Stops the sweep when the mount ends. */
  private final class UntilClosed implements Progress {
    @Override
    public void begin(String task, long totalBytes) {}

    @Override
    public void advance(long bytes) {}

    @Override
    public void check() {
      if (executor.isShutdown()) {
        throw new CancelledException("the mount ends");
      }
    }
  }

  /** Stops the sweep that is under way, and waits a little for it; the next one goes on with it. */
  @Override
  public void close() {
    executor.shutdownNow();
    try {
      executor.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
