package org.ekkofs.backup;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.log.TreeState;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.CorruptException;
import org.ekkofs.store.ObjectKey;

/**
 * Gives back the space of deleted backups, by deletions only. Any number of sweeps, on any hosts,
 * may run at once, beside snapshots and everything else. Safe for use by many threads.
 */
public final class Sweeps {
  private final Repository repository;
  private final DiskUse use;

  /** Sweeps where nobody reads in this process. */
  public Sweeps(Repository repository) {
    this(repository, DiskUse.NONE);
  }

  /** Sweeps that leave alone what is being read in this process. */
  public Sweeps(Repository repository, DiskUse use) {
    this.repository = repository;
    this.use = use;
  }

  /**
   * Sweeps a tree: carries out what earlier sweeps have left undone, then what the options allow.
   * When it fails or is stopped, the next sweep goes on.
   *
   * @throws org.ekkofs.model.CorruptException if it cannot be told for certain what is still
   *     referred to; then nothing more is deleted
   */
  public SweepReport sweep(Tree tree, SweepOptions options, Progress progress) {
    tree.requireWholeLog();
    tree.revokeDead();
    List<TrackedBackup> revoked = new ArrayList<>();
    for (TrackedBackup stale : new StaleSnapshots(repository, tree).find(options.patience())) {
      tree.revoke(stale.id()).filter(TrackedBackup::isRevoked).ifPresent(revoked::add);
    }
    Sweep sweep = new Sweep(repository, tree, use, options, progress);
    sweep.resume();
    while (sweep.next()) {
      progress.check();
    }
    sweep.tidy();
    return sweep.report(revoked);
  }

  /**
   * What {@link #sweep} would do now; changes nothing.
   *
   * @param consumer told of each chunk, manifest and references object that would go, and how long
   *     it is
   * @throws org.ekkofs.model.CorruptException as {@link #sweep}
   */
  public SweepReport preview(
      Tree tree, SweepOptions options, Progress progress, Consumer<Doomed> consumer) {
    tree.requireWholeLog();
    Set<BackupId> stale = new HashSet<>(tree.deadSnapshots());
    new StaleSnapshots(repository, tree).find(options.patience()).forEach(b -> stale.add(b.id()));
    while (true) {
      TreeState supposed = tree.log().refreshed(state -> state.supposingRevoked(stale));
      try {
        return new SweepPreview(repository, tree, progress, consumer)
            .make(supposed, stale, options, use);
      } catch (CorruptException e) {
        if (!isOvertaken(tree, supposed)) {
          throw e;
        }
      }
    }
  }

  /** Whether a sweep has deleted something meanwhile that the state still counts on. */
  private static boolean isOvertaken(Tree tree, TreeState supposed) {
    return tree.log()
        .refreshed(
            state ->
                !state.lastPlan().equals(supposed.lastPlan())
                    || !state.plans().equals(supposed.plans()));
  }

  /** An object that would be deleted, and how many bytes it has. */
  public record Doomed(ObjectKey key, long bytes) {}
}
