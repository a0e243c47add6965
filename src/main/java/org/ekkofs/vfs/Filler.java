package org.ekkofs.vfs;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.ekkofs.backup.CopyOrigin;
import org.ekkofs.backup.LocalCopies;
import org.ekkofs.backup.Progress;
import org.ekkofs.backup.Tree;
import org.ekkofs.disk.SegmentCache;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.EkkofsException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives out local copies of disks, and makes them of those that {@link FillRule} finds worth it,
 * one at a time, on a thread that rests as long as it works, so that readers come first. Safe for
 * use by many threads.
 */
final class Filler implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Filler.class);
  private static final int QUEUE = 16;
  private static final Duration LONGEST_REST = Duration.ofSeconds(1);
  private static final int PATIENCE_SECONDS = 5;

  private final LocalCopies copies;
  private final DiskPool disks;
  private final SegmentCache cache;
  private final InstantSource clock;
  private final long budget;
  private final Map<BackupId, FillRule> rules = new ConcurrentHashMap<>();

  /** Disks that wait for their copy. */
  private final Set<BackupId> waiting = ConcurrentHashMap.newKeySet();

  private final ThreadPoolExecutor executor =
      new ThreadPoolExecutor(
          1,
          1,
          0,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(QUEUE),
          Filler::thread,
          new ThreadPoolExecutor.AbortPolicy());

  /**
   * Fills within a budget.
   *
   * @param disks told that a disk is read while it is copied
   * @param budget what automatic copies may take together, in bytes; 0 to make none
   */
  Filler(LocalCopies copies, DiskPool disks, SegmentCache cache, InstantSource clock, long budget) {
    this.copies = copies;
    this.disks = disks;
    this.cache = cache;
    this.clock = clock;
    this.budget = budget;
  }

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(task, "ekkofs-fill");
    thread.setDaemon(true);
    return thread;
  }

  /** The copy of a disk, if there is one. */
  Optional<LocalCopies.Lease> copy(Tree tree, TrackedBackup backup) {
    return copies.use(tree.name(), backup.id());
  }

  /** Hears that bytes of a disk were read. */
  void read(Tree tree, TrackedBackup backup, long dataBytes, long bytes) {
    if (budget == 0 || waiting.contains(backup.id())) {
      return;
    }
    FillRule rule = rules.computeIfAbsent(backup.id(), id -> new FillRule(clock, dataBytes));
    if (rule.read(bytes) && waiting.add(backup.id())) {
      enqueue(tree, backup, dataBytes);
    }
  }

  private void enqueue(Tree tree, TrackedBackup backup, long dataBytes) {
    try {
      executor.execute(
          () -> {
            try {
              fill(tree, backup, dataBytes);
            } finally {
              waiting.remove(backup.id());
            }
          });
    } catch (RejectedExecutionException tooManyOrClosed) {
      waiting.remove(backup.id());
    }
  }

  /** Files that were opened before there was a copy go on being read from us. */
  private boolean isThere(Tree tree, TrackedBackup backup) {
    Optional<LocalCopies.Lease> copy = copy(tree, backup);
    copy.ifPresent(LocalCopies.Lease::close);
    return copy.isPresent();
  }

  private void fill(Tree tree, TrackedBackup backup, long dataBytes) {
    String name = tree.name() + "/" + backup.name();
    try {
      DiskPool.Lease reading = disks.open(tree, backup);
      try {
        fill(tree, backup, dataBytes, name);
      } finally {
        reading.close();
      }
    } catch (CancelledException | ErrnoException atItsEndOrAtOurs) {
      return;
    } catch (EkkofsException e) {
      LOG.info("{} is read a lot, and has no local copy: {}", name, e.getMessage());
    }
  }

  private void fill(Tree tree, TrackedBackup backup, long dataBytes, String name) {
    if (isThere(tree, backup)) {
      return;
    }
    if (!copies.makeRoom(dataBytes, budget)) {
      LOG.info("{} is read a lot, and there is no room for a local copy", name);
    } else if (copies.fill(tree, backup, cache, CopyOrigin.AUTOMATIC, new Unhurried())) {
      LOG.info("made a local copy of {}; who opens it next may be served by the kernel", name);
    }
  }

  /** Rests as long as was worked since the last rest; belongs to the thread that fills. */
  private final class Unhurried implements Progress {
    private long rested = System.nanoTime();

    @Override
    public void begin(String task, long totalBytes) {}

    @Override
    public void advance(long bytes) {}

    @Override
    public void check() {
      long worked = System.nanoTime() - rested;
      try {
        TimeUnit.NANOSECONDS.sleep(Math.min(worked, LONGEST_REST.toNanos()));
      } catch (InterruptedException e) {
        throw new CancelledException("the mount ends", e);
      }
      if (executor.isShutdown()) {
        throw new CancelledException("the mount ends");
      }
      rested = System.nanoTime();
    }
  }

  /** Stops what is being made, and waits a little for it. */
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
