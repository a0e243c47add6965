package org.ekkofs.vfs;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.ekkofs.backup.Repository;
import org.ekkofs.control.Commands;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.NotFoundException;
import org.ekkofs.model.TreeName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The trees of a repository, kept up to date by one thread that has the store asked at intervals
 * and when told to: once for each tree, {@link #READERS} trees at a time. What the store does not
 * answer stays as it was. A tree, once seen, stays: listings are only hints. Safe for use by many
 * threads.
 */
final class LiveTrees implements Commands.Screen, AutoCloseable {
  /** How many trees are asked for at once. */
  static final int READERS = 16;

  private static final Logger LOG = LoggerFactory.getLogger(LiveTrees.class);
  private static final String LISTING = "the list of trees";
  private static final int PATIENCE_SECONDS = 5;

  /** Longer than intervals usually are, so that the readers need not be started each time. */
  private static final int IDLE_SECONDS = 30;

  private final Repository repository;
  private final TreeDirectory.Mount mount;
  private final ScheduledThreadPoolExecutor executor =
      new ScheduledThreadPoolExecutor(1, named("ekkofs-refresh"));
  private final ThreadPoolExecutor readers =
      new ThreadPoolExecutor(
          READERS,
          READERS,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(),
          named("ekkofs-tree-"));

  private final Changes changes;

  /** Only ever added to. */
  private final Map<String, TreeDirectory> trees = new ConcurrentSkipListMap<>();

  private volatile boolean started;

  /** What could not be read the last time. */
  private final Set<String> troubled = ConcurrentHashMap.newKeySet();

  /** Hears of names that have changed, on any thread, after they show. */
  interface Changes {
    void inTree(TreeDirectory tree, String name);

    void inRoot(String name);
  }

  LiveTrees(Repository repository, TreeDirectory.Mount mount, Changes changes) {
    this.repository = repository;
    this.mount = mount;
    this.changes = changes;
    executor.setRemoveOnCancelPolicy(true);
    readers.allowCoreThreadTimeOut(true);
  }

  private static ThreadFactory named(String prefix) {
    AtomicInteger count = new AtomicInteger();
    return task -> {
      Thread thread =
          new Thread(task, prefix.endsWith("-") ? prefix + count.incrementAndGet() : prefix);
      thread.setDaemon(true);
      return thread;
    };
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

  /** The trees by name, in order, as they are at any moment; cannot be changed. */
  Map<String, TreeDirectory> trees() {
    return Collections.unmodifiableMap(trees);
  }

  /**
   * Asks the store and waits for it; what could be read shows when this returns.
   *
   * @throws org.ekkofs.model.EkkofsException if something could not be read: of several failures
   *     rather one that may pass than one of a tree that is damaged
   */
  @Override
  public void refresh() {
    try {
      submitted(this::refreshAll).get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException known ? known : failed(e);
    } catch (InterruptedException e) {
      // It goes on without the caller, who has other things to end.
      Thread.currentThread().interrupt();
    }
  }

  private Future<?> submitted(Runnable task) {
    try {
      return executor.submit(task);
    } catch (RejectedExecutionException e) {
      throw new FailedException("the repository is no longer mounted", e);
    }
  }

  private static FailedException failed(ExecutionException e) {
    return new FailedException("the refresh failed: " + e.getCause(), e);
  }

  /**
   * Asks the store for one tree, on the caller's thread, so that it waits for no other. An
   * interrupt that came before does not stop it; after one that comes meanwhile it goes on without
   * the caller.
   */
  @Override
  public void refresh(TreeName name) {
    boolean interrupted = Thread.interrupted();
    try {
      readOrDiscover(name);
    } catch (CancelledException e) {
      var unused = submitted(this::refreshQuietly);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void readOrDiscover(TreeName name) {
    TreeDirectory tree = trees.get(name.value());
    if (tree == null) {
      discover(name);
    } else {
      read(tree);
    }
  }

  private void refreshQuietly() {
    attemptAll(new ConcurrentLinkedQueue<>());
  }

  private void refreshAll() {
    Queue<RuntimeException> failures = new ConcurrentLinkedQueue<>();
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

  private void attemptAll(Collection<RuntimeException> failures) {
    List<Callable<Boolean>> reads = new ArrayList<>();
    for (TreeDirectory tree : trees.values()) {
      reads.add(() -> attempt("tree " + tree.name(), failures, () -> read(tree)));
    }
    attempt(
        LISTING,
        failures,
        () -> {
          for (TreeName name : repository.treeNames()) {
            if (!trees.containsKey(name.value())) {
              reads.add(() -> attempt("tree " + name, failures, () -> discover(name)));
            }
          }
        });
    run(reads, failures);
  }

  private void run(List<Callable<Boolean>> reads, Collection<RuntimeException> failures) {
    try {
      for (Future<Boolean> read : readers.invokeAll(reads)) {
        read.get();
      }
    } catch (ExecutionException e) {
      LOG.error("the refresh failed", e);
      failures.add(failed(e));
    } catch (RejectedExecutionException e) {
      failures.add(new FailedException("the repository is no longer mounted", e));
    } catch (InterruptedException e) {
      // Only the end of the mount interrupts.
      Thread.currentThread().interrupt();
    }
  }

  private boolean attempt(String what, Collection<RuntimeException> failures, Runnable read) {
    try {
      read.run();
      if (troubled.remove(what)) {
        LOG.info("{} can be read again", what);
      }
      return true;
    } catch (RuntimeException e) {
      if (troubled.add(what) && nobodyElseHears(e)) {
        LOG.warn("{} cannot be read and stays as it was: {}", what, e.getMessage(), e);
      }
      failures.add(e);
      return false;
    }
  }

  /** Before the start the caller is told of everything but single damaged trees. */
  private boolean nobodyElseHears(RuntimeException failure) {
    return !executor.isShutdown() && (started || failure instanceof CorruptException);
  }

  private void read(TreeDirectory tree) {
    tree.refresh().forEach(name -> changes.inTree(tree, name));
  }

  /** Shows a tree for the first time, unless another thread has been faster. */
  private void discover(TreeName name) {
    TreeDirectory made;
    try {
      made = new TreeDirectory(mount, repository.tree(name));
    } catch (NotFoundException notYet) {
      return;
    }
    TreeDirectory first = trees.putIfAbsent(name.value(), made);
    if (first == null) {
      changes.inRoot(name.value());
    } else {
      read(first);
    }
  }

  @Override
  public void close() {
    executor.shutdownNow();
    readers.shutdownNow();
    try {
      executor.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS);
      readers.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
