package org.ekkofs.backup;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.ekkofs.format.Sha256;
import org.ekkofs.format.SweepPlan;
import org.ekkofs.log.PendingPlan;
import org.ekkofs.log.SweepScope;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.log.TreeState;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.Digest;
import org.ekkofs.model.LogEvent;
import org.ekkofs.model.Slot;
import org.ekkofs.store.Body;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One sweep of one tree, from what others left undone to its report. For one thread. */
final class Sweep {
  private static final Logger LOG = LoggerFactory.getLogger(Sweep.class);

  private final Repository repository;
  private final ObjectStore store;
  private final Tree tree;
  private final DiskUse use;
  private boolean thorough;
  private final Instant hiddenBefore;
  private final SweepPlanner planner;
  private final PlanExecution execution;
  private final List<TrackedBackup> deleted = new ArrayList<>();
  private final Set<TrackedBackup> abandoned = new HashSet<>();
  private List<SweepScope.Waiting> waiting = List.of();
  private long chunks;
  private long bytes;

  Sweep(Repository repository, Tree tree, DiskUse use, SweepOptions options, Progress progress) {
    this.repository = repository;
    this.store = repository.store();
    this.tree = tree;
    this.use = use;
    this.thorough = options.thorough();
    this.hiddenBefore = SweepPlanner.hiddenBefore(repository, options);
    this.planner = new SweepPlanner(repository, tree, progress);
    this.execution = new PlanExecution(repository, tree, progress);
  }

  /** Carries out the plans that took effect and were not carried out to their end. */
  void resume() {
    if (tree.log().refreshed(TreeState::plans).isEmpty()) {
      return;
    }
    tree.replay();
    for (PendingPlan pending : tree.log().refreshed(TreeState::plans)) {
      read(pending).ifPresent(plan -> resume(pending.plan(), plan));
    }
  }

  private void resume(Digest digest, SweepPlan plan) {
    List<TrackedBackup> covered = known(plan.deleted());
    carryOut(digest, plan, planner.yieldOf(plan, covered, object -> {}), covered);
  }

  /**
   * Empty if another sweep has come to its end meanwhile, and deleted the plan. What a plan meant
   * that is lost is found by looking through all chunks.
   */
  private Optional<SweepPlan> read(PendingPlan pending) {
    try {
      return Optional.of(execution.read(pending.plan()));
    } catch (CorruptException e) {
      if (!tree.log().refreshed(state -> state.isPending(pending.plan()))) {
        return Optional.empty();
      }
      LOG.warn("{}; all chunks of tree {} are looked through instead", e.getMessage(), tree.name());
      thorough = true;
      return Optional.of(SweepPlan.lost(pending.slot(), pending.backups()));
    }
  }

  /** Makes one plan and carries it out; says whether there is more to do. */
  boolean next() {
    SweepScope all =
        tree.log().refreshed(state -> SweepScope.of(state, hiddenBefore, LogEvent.MAX_BACKUPS));
    Set<BackupId> candidates =
        all.covered().stream().map(TrackedBackup::id).collect(Collectors.toSet());
    Set<BackupId> open = use.shut(tree.name(), candidates);
    candidates.removeAll(open);
    SweepScope scope = all.leaving(open);
    waiting = scope.waiting();
    try {
      Optional<SweepPlan> made = plan(scope);
      if (made.isEmpty()) {
        return true;
      }
      SweepPlan plan = made.get();
      if (plan.isEmpty()) {
        return false;
      }
      if (!tree.replay()) {
        return true;
      }
      SweepPlanner.Yield yield = planner.yieldOf(plan, scope.covered(), object -> {});
      Digest digest = put(plan);
      Set<BackupId> going = Set.copyOf(candidates);
      // If it stays unknown whether the plan took effect, they stay shut.
      candidates.clear();
      if (takesEffect(digest, plan, yield)) {
        repository.reached(CrashPoint.AFTER_PLAN);
        carryOut(digest, plan, yield, scope.covered());
        return scope.hasMore();
      }
      candidates.addAll(going);
      store.delete(List.of(tree.keys().plan(digest)));
      return true;
    } finally {
      use.reopen(tree.name(), candidates);
    }
  }

  /**
   * Empty if references are missing because another sweep has deleted them meanwhile, or are of a
   * backup that is not what it was remembered to be.
   */
  private Optional<SweepPlan> plan(SweepScope scope) {
    try {
      return Optional.of(planner.plan(scope, thorough));
    } catch (CorruptException e) {
      if (tree.log().refreshed(TreeState::lastPlan).compareTo(scope.asOf()) > 0 || !tree.replay()) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private Digest put(SweepPlan plan) {
    byte[] encoded = plan.encode();
    Digest digest = Sha256.of(encoded);
    store.put(tree.keys().plan(digest), Body.of(encoded));
    repository.reached(CrashPoint.BEFORE_PLAN);
    return digest;
  }

  /** Another sweep may have written the same plan; then both carry it out. */
  private boolean takesEffect(Digest digest, SweepPlan plan, SweepPlanner.Yield yield) {
    LogEvent.Plan event =
        new LogEvent.Plan(digest, plan.asOf(), plan.deleted(), yield.committedBytes());
    return tree.log()
        .append(
            state -> state.fits(event) ? Optional.of(event) : Optional.empty(),
            state -> state.isPending(digest));
  }

  private void carryOut(
      Digest digest, SweepPlan plan, SweepPlanner.Yield yield, List<TrackedBackup> covered) {
    execution.run(digest, plan, yield);
    deleted.addAll(covered);
    abandoned.addAll(known(plan.abandoned()));
    chunks += yield.chunks();
    bytes += yield.bytes();
  }

  private List<TrackedBackup> known(Collection<BackupId> ids) {
    return tree.log()
        .current(state -> ids.stream().flatMap(id -> state.backup(id).stream()).toList());
  }

  /** Deletes plans that never took effect and never can: another one came first. */
  void tidy() {
    List<ObjectKey> useless = useless();
    if (!useless.isEmpty()) {
      store.delete(tree.replay() ? useless : useless());
      store.sync();
    }
  }

  private List<ObjectKey> useless() {
    Slot last = tree.log().current(TreeState::lastPlan);
    List<ObjectKey> useless = new ArrayList<>();
    store.list(
        tree.keys().plans(),
        object -> {
          if (isUseless(object.key(), last)) {
            useless.add(object.key());
          }
        });
    return useless;
  }

  private boolean isUseless(ObjectKey key, Slot last) {
    try {
      Digest digest = Digest.parse(key.name());
      return !tree.log().current(state -> state.isPending(digest))
          && store
              .getRange(key, 0, SweepPlan.HEADER_BYTES)
              .filter(beginning -> SweepPlan.asOf(beginning).compareTo(last) < 0)
              .isPresent();
    } catch (CorruptException foreign) {
      return false;
    }
  }

  SweepReport report(List<TrackedBackup> revoked) {
    return new SweepReport(
        tree.name(), deleted, List.copyOf(abandoned), revoked, chunks, bytes, waiting);
  }
}
