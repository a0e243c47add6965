package org.ekkofs.backup;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.ekkofs.catalog.Catalog;
import org.ekkofs.catalog.Checkpoint;
import org.ekkofs.catalog.CheckpointWriter;
import org.ekkofs.catalog.Fact;
import org.ekkofs.format.Sha256;
import org.ekkofs.log.CommitLog;
import org.ekkofs.log.Phase;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.log.TreeState;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.NotFoundException;
import org.ekkofs.model.Slot;
import org.ekkofs.model.StoreUnavailableException;
import org.ekkofs.model.TreeName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Saves hosts from reading whole logs: takes the newest checkpoint that can be trusted, and writes
 * another one, in a thread of its own, when many records lie behind the newest. Whatever goes wrong
 * with checkpoints costs time and nothing else. Safe for use by many threads.
 */
final class Checkpoints implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);

  /** How many are kept: the newest, and one to fall back to. */
  private static final int KEPT = 2;

  /** How long a process that is about to end waits for a checkpoint it is writing. */
  private static final int PATIENCE_SECONDS = 10;

  /** How many references are fetched for one checkpoint at most. */
  private static final int MAX_GATHERED = 2_000;

  /** How many references go into the catalog at once. */
  private static final int BATCH = 256;

  private final CheckpointFiles files;
  private final Catalog catalog;
  private final Gatherer gatherer;
  private final Consumer<CrashPoint> crashPoints;
  private final int interval;
  private final ExecutorService writer;

  /** Up to where nothing need be written: slots of checkpoints, or of the last try. */
  private final Map<TreeName, Slot> newest = new ConcurrentHashMap<>();

  /** Those found to be good for nothing. */
  private final Map<TreeName, Set<Slot>> useless = new ConcurrentHashMap<>();

  /** The trees of which one is being written. */
  private final Set<TreeName> busy = ConcurrentHashMap.newKeySet();

  /** Fetches references into the catalog that are not there. */
  @FunctionalInterface
  interface Gatherer {
    void gather(CommitLog log, List<TrackedBackup> backups);
  }

  Checkpoints(
      CheckpointFiles files, Catalog catalog, Gatherer gatherer, Surroundings surroundings) {
    this.files = files;
    this.catalog = catalog;
    this.gatherer = gatherer;
    this.crashPoints = surroundings.crashPoints();
    this.interval = surroundings.checkpointInterval();
    this.writer = surroundings.threads().pool("ekkofs-checkpoint", 1);
  }

  CheckpointFiles files() {
    return files;
  }

  /** How many records lie behind a checkpoint before another one is written. */
  int interval() {
    return interval;
  }

  /**
   * The state that the newest good checkpoint holds, and keeps the references that come with it.
   *
   * @param known a checkpoint of this slot or an earlier one would be of no use
   */
  Optional<TreeState> newest(TreeName tree, Slot known) {
    for (Slot slot : list(tree)) {
      if (slot.compareTo(known) <= 0) {
        break;
      }
      Optional<TreeState> state = read(tree, slot);
      if (state.isPresent()) {
        newest.merge(tree, slot, Checkpoints::later);
        return state;
      }
    }
    return Optional.empty();
  }

  private List<Slot> list(TreeName tree) {
    try {
      return good(tree);
    } catch (CancelledException e) {
      throw e;
    } catch (EkkofsException e) {
      LOG.debug("the checkpoints of tree {} cannot be listed: {}", tree, e.getMessage());
      return List.of();
    }
  }

  /** As listed, newest first, but for those known to be useless. */
  private List<Slot> good(TreeName tree) {
    Set<Slot> without = useless.getOrDefault(tree, Set.of());
    return files.list(tree).stream().filter(slot -> !without.contains(slot)).toList();
  }

  private Optional<TreeState> read(TreeName tree, Slot slot) {
    try {
      return Optional.of(files.read(tree, slot, checkpoint -> taken(tree, checkpoint)));
    } catch (CancelledException e) {
      throw e;
    } catch (NotFoundException gone) {
      LOG.debug("checkpoint {} of tree {} was deleted meanwhile", slot, tree);
    } catch (StoreUnavailableException passing) {
      LOG.debug("checkpoint {} of tree {} cannot be read: {}", slot, tree, passing.getMessage());
    } catch (EkkofsException e) {
      useless.computeIfAbsent(tree, any -> ConcurrentHashMap.newKeySet()).add(slot);
      LOG.warn(
          "checkpoint {} of tree {} is of no use, and the log is read instead: {}",
          slot,
          tree,
          e.getMessage());
    }
    return Optional.empty();
  }

  private TreeState taken(TreeName tree, Checkpoint checkpoint) {
    TreeState state = checkpoint.state();
    Map<BackupId, byte[]> verified = new HashMap<>();
    checkpoint.references(
        (backup, bytes) -> {
          if (areThose(state, backup, bytes)) {
            verified.put(backup, bytes);
          }
          if (verified.size() == BATCH) {
            catalog.remember(tree, Fact.REFERENCES, verified);
            verified.clear();
          }
        });
    catalog.remember(tree, Fact.REFERENCES, verified);
    return state;
  }

  /** Whether these are the references that the backup was committed with. */
  static boolean areThose(TreeState state, BackupId backup, byte[] bytes) {
    return state
        .backup(backup)
        .map(found -> found.phase() instanceof Phase.Committed committed ? committed : null)
        .filter(committed -> committed.commit().references().sha256().equals(Sha256.of(bytes)))
        .isPresent();
  }

  private static Slot later(Slot one, Slot other) {
    return one.compareTo(other) > 0 ? one : other;
  }

  /** Has a checkpoint written if it is time for one; to be called without the log's lock. */
  void appended(CommitLog log, Slot slot) {
    if (!isDue(slot, newest.getOrDefault(log.tree(), Slot.NONE)) || !busy.add(log.tree())) {
      return;
    }
    try {
      writer.execute(() -> tryWrite(log));
    } catch (RejectedExecutionException closed) {
      busy.remove(log.tree());
    }
  }

  private boolean isDue(Slot slot, Slot last) {
    return slot.value() - last.value() >= interval;
  }

  private void tryWrite(CommitLog log) {
    try {
      write(log);
    } catch (RuntimeException e) {
      LOG.debug("no checkpoint of tree {} was written: {}", log.tree(), e.toString());
    } finally {
      busy.remove(log.tree());
    }
  }

  /** Whether it works or not, the next try comes an interval later. */
  private void write(CommitLog log) {
    TreeName tree = log.tree();
    Slot last = good(tree).stream().findFirst().orElse(Slot.NONE);
    TreeState state = log.current(TreeState::copy);
    newest.put(tree, isDue(state.slot(), last) ? state.slot() : last);
    if (!isDue(state.slot(), last)) {
      return;
    }
    gather(log, state);
    byte[] bytes = files.make(tree, state, backup -> catalog.fact(tree, Fact.REFERENCES, backup));
    crashPoints.accept(CrashPoint.BEFORE_CHECKPOINT);
    if (files.create(tree, state.slot(), bytes)) {
      files.delete(tree, good(tree).stream().skip(KEPT).toList());
    }
  }

  /** What cannot be had is left out. */
  private void gather(CommitLog log, TreeState state) {
    List<TrackedBackup> missing =
        CheckpointWriter.referring(state).stream()
            .filter(backup -> catalog.fact(log.tree(), Fact.REFERENCES, backup.id()).isEmpty())
            .limit(MAX_GATHERED)
            .toList();
    try {
      gatherer.gather(log, missing);
    } catch (CancelledException e) {
      throw e;
    } catch (EkkofsException e) {
      LOG.debug("a checkpoint of tree {} lacks references: {}", log.tree(), e.getMessage());
    }
  }

  /** Waits, for a while, for what is being written. */
  @Override
  public void close() {
    writer.shutdown();
    try {
      if (!writer.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        writer.shutdownNow();
      }
    } catch (InterruptedException e) {
      writer.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
