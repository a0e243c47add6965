package org.ekkofs.vfs;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.ekkofs.backup.Repository;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.NotFoundException;
import org.ekkofs.model.TreeName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The trees of a repository, kept up to date by one thread that asks the store at intervals and
 * when told to. What the store does not answer stays as it was. A tree, once seen, stays: listings
 * are only hints. {@link #trees} may be called from any thread.
 */
final class LiveTrees implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LiveTrees.class);
  private static final String LISTING = "the list of trees";
  private static final int PATIENCE_SECONDS = 5;

  private final Repository repository;
  private final TreeDirectory.Mount mount;
  private final ScheduledThreadPoolExecutor executor =
      new ScheduledThreadPoolExecutor(1, LiveTrees::thread);

  private final Changes changes;

  private volatile Map<String, TreeDirectory> trees = Map.of();
  private volatile boolean started;

  /** What could not be read the last time; belongs to the refresh thread. */
  private final Set<String> troubled = new HashSet<>();

  /** Hears of names that have changed, on the refresh thread. */
  interface Changes {
    void inTree(TreeDirectory tree, String name);

    void inRoot(String name);
  }

  LiveTrees(Repository repository, TreeDirectory.Mount mount, Changes changes) {
    this.repository = repository;
    this.mount = mount;
    this.changes = changes;
    executor.setRemoveOnCancelPolicy(true);
  }

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(task, "ekkofs-refresh");
    thread.setDaemon(true);
    return thread;
  }

  /** Begins to refresh at intervals, the first time an interval from now. */
  void start(Duration interval) {
    started = true;
    long millis = Math.max(1, interval.toMillis());
    // Nothing escapes from it, so there is nothing to be told.
    var unused =
        executor.scheduleWithFixedDelay(
            this::refreshQuietly, millis, millis, TimeUnit.MILLISECONDS);
  }

  /** The trees by name, in order; immutable. */
  Map<String, TreeDirectory> trees() {
    return trees;
  }

  /**
   * Asks the store and waits for it; what could be read shows when this returns.
   *
   * @throws org.ekkofs.model.EkkofsException if something could not be read: of several failures
   *     rather one that may pass than one of a tree that is damaged
   */
  void refreshNow() {
    try {
      Runnable refresh = this::refresh;
      executor.submit(refresh).get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException known
          ? known
          : new FailedException("the refresh failed: " + e.getCause(), e);
    } catch (RejectedExecutionException e) {
      throw new FailedException("the repository is no longer mounted", e);
    } catch (InterruptedException e) {
      // It goes on without the caller, who has other things to end.
      Thread.currentThread().interrupt();
    }
  }

  private void refreshQuietly() {
    attemptAll(new ArrayList<>());
  }

  private void refresh() {
    List<RuntimeException> failures = new ArrayList<>();
    attemptAll(failures);
    failures.stream()
        .filter(failure -> !(failure instanceof CorruptException))
        .findFirst()
        .or(() -> failures.stream().findFirst())
        .ifPresent(
            failure -> {
              throw failure;
            });
  }

  private void attemptAll(List<RuntimeException> failures) {
    for (TreeDirectory tree : trees.values()) {
      attempt("tree " + tree.name(), failures, () -> refresh(tree));
    }
    attempt(
        LISTING,
        failures,
        () -> {
          for (TreeName name : repository.treeNames()) {
            if (!trees.containsKey(name.value())) {
              attempt("tree " + name, failures, () -> discover(name));
            }
          }
        });
  }

  private void attempt(String what, List<RuntimeException> failures, Runnable read) {
    try {
      read.run();
      if (troubled.remove(what)) {
        LOG.info("{} can be read again", what);
      }
    } catch (RuntimeException e) {
      if (troubled.add(what) && nobodyElseHears(e)) {
        LOG.warn("{} cannot be read and stays as it was: {}", what, e.getMessage(), e);
      }
      failures.add(e);
    }
  }

  /** Before the start the caller is told of everything but single damaged trees. */
  private boolean nobodyElseHears(RuntimeException failure) {
    return !executor.isShutdown() && (started || failure instanceof CorruptException);
  }

  private void refresh(TreeDirectory tree) {
    tree.refresh().forEach(name -> changes.inTree(tree, name));
  }

  private void discover(TreeName name) {
    TreeDirectory directory;
    try {
      directory = new TreeDirectory(mount, repository.tree(name));
    } catch (NotFoundException notYet) {
      return;
    }
    directory.refresh();
    Map<String, TreeDirectory> next = new TreeMap<>(trees);
    next.put(name.value(), directory);
    trees = Collections.unmodifiableMap(next);
    changes.inRoot(name.value());
  }

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
