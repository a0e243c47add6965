package org.ekkofs.backup;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.ekkofs.format.SweepPlan;
import org.ekkofs.log.PendingPlan;
import org.ekkofs.log.SweepScope;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.log.TreeState;
import org.ekkofs.model.BackupId;

/**
 * Finds out what a sweep would do, from a state of the log that does not change. For one thread.
 */
final class SweepPreview {
  private final Repository repository;
  private final Tree tree;
  private final Progress progress;
  private final Consumer<Sweeps.Doomed> consumer;
  private final List<TrackedBackup> deleted = new ArrayList<>();
  private final Set<TrackedBackup> abandoned = new HashSet<>();
  private long chunks;
  private long bytes;

  SweepPreview(
      Repository repository, Tree tree, Progress progress, Consumer<Sweeps.Doomed> consumer) {
    this.repository = repository;
    this.tree = tree;
    this.progress = progress;
    this.consumer = consumer;
  }

  /**
   * Looks ahead.
   *
   * @param stale the unfinished snapshots that would be revoked
   * @param use tells which backups are being read
   */
  SweepReport make(TreeState state, Set<BackupId> stale, SweepOptions options, DiskUse use) {
    SweepPlanner planner = new SweepPlanner(repository, tree, progress);
    PlanExecution execution = new PlanExecution(repository, tree, progress);
    // All that may fail comes first: nobody is told of anything before it is certain.
    List<SweepPlan> pending =
        state.plans().stream().map(PendingPlan::plan).map(execution::read).toList();
    SweepScope all =
        SweepScope.of(state, SweepPlanner.hiddenBefore(repository, options), Integer.MAX_VALUE);
    SweepScope scope = all.leaving(open(all, use));
    SweepPlan next = planner.plan(scope, options.thorough());
    pending.forEach(plan -> add(planner, plan, known(state, plan.deleted()), state));
    add(planner, next, scope.covered(), state);
    return new SweepReport(
        tree.name(),
        deleted,
        List.copyOf(abandoned),
        known(state, stale),
        chunks,
        bytes,
        scope.waiting());
  }

  private Set<BackupId> open(SweepScope scope, DiskUse use) {
    Set<BackupId> candidates =
        scope.covered().stream().map(TrackedBackup::id).collect(Collectors.toSet());
    Set<BackupId> open = use.shut(tree.name(), candidates);
    candidates.removeAll(open);
    use.reopen(tree.name(), candidates);
    return open;
  }

  private void add(
      SweepPlanner planner, SweepPlan plan, List<TrackedBackup> covered, TreeState state) {
    SweepPlanner.Yield yield = planner.yieldOf(plan, covered, consumer);
    deleted.addAll(covered);
    abandoned.addAll(known(state, plan.abandoned()));
    chunks += yield.chunks();
    bytes += yield.bytes();
  }

  private static List<TrackedBackup> known(TreeState state, Collection<BackupId> ids) {
    return ids.stream().flatMap(id -> state.backup(id).stream()).toList();
  }
}
