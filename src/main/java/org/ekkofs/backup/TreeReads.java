package org.ekkofs.backup;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.TreeName;

/** Reads the logs of many trees, some of them at once, since each waits for the store. */
final class TreeReads {
  /** How many trees are read at once. */
  static final int AT_ONCE = 16;

  private TreeReads() {}

  private record Reading(TreeName name, Optional<Tree> tree, Optional<CorruptException> damage) {}

  /**
   * Those trees that exist and whose logs can be read, in the order of the names.
   *
   * @param read gives the tree of a name, not asking for it again; empty if it does not exist yet
   * @param damaged told of each of the others, on the caller's thread and in their order
   */
  static List<Tree> of(
      List<TreeName> names,
      Threads threads,
      Function<TreeName, Optional<Tree>> read,
      BiConsumer<TreeName, CorruptException> damaged) {
    List<Tree> readable = new ArrayList<>();
    for (Reading reading : readings(names, threads, read)) {
      reading.tree().ifPresent(readable::add);
      reading.damage().ifPresent(damage -> damaged.accept(reading.name(), damage));
    }
    return readable;
  }

  private static List<Reading> readings(
      List<TreeName> names, Threads threads, Function<TreeName, Optional<Tree>> read) {
    ExecutorService pool =
        threads.pool("ekkofs-trees", Math.max(1, Math.min(AT_ONCE, names.size())));
    try {
      List<Callable<Reading>> tasks = new ArrayList<>();
      names.forEach(name -> tasks.add(() -> reading(name, read)));
      List<Reading> readings = new ArrayList<>();
      for (Future<Reading> future : pool.invokeAll(tasks)) {
        readings.add(future.get());
      }
      return readings;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException known
          ? known
          : new FailedException("reading the trees failed: " + e.getCause(), e);
    } catch (InterruptedException e) {
      throw new CancelledException("reading the trees was interrupted", e);
    } finally {
      pool.shutdownNow();
    }
  }

  private static Reading reading(TreeName name, Function<TreeName, Optional<Tree>> read) {
    try {
      return new Reading(name, read.apply(name), Optional.empty());
    } catch (CorruptException e) {
      return new Reading(name, Optional.empty(), Optional.of(e));
    }
  }
}
