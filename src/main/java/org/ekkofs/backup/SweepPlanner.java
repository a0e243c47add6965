package org.ekkofs.backup;

import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ekkofs.format.References;
import org.ekkofs.format.SweepPlan;
import org.ekkofs.log.Phase;
import org.ekkofs.log.SweepScope;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.BackupId;

/**
 * Works out what a sweep deletes: what the backups it covers refer to and what abandoned snapshots
 * left, less everything that a live backup refers to. Reads references and listings, no manifest
 * and no chunk. For one thread.
 */
final class SweepPlanner {
  private final Repository repository;
  private final Tree tree;
  private final KnownReferences references;
  private final StoredChunks stored;
  private final Progress progress;

  SweepPlanner(Repository repository, Tree tree, Progress progress) {
    this.repository = repository;
    this.tree = tree;
    this.references = new KnownReferences(repository, tree, progress);
    this.progress = progress;
    this.stored = new StoredChunks(repository.store(), tree.keys());
  }

  /** The time before which a backup must have been deleted for a sweep to take it. */
  static Instant hiddenBefore(Repository repository, SweepOptions options) {
    return options.undoWindow().isZero()
        ? Instant.MAX
        : repository.clock().instant().minus(options.undoWindow());
  }

  /**
   * Makes the plan for a scope.
   *
   * @param thorough whether to look at all chunks there are
   * @throws org.ekkofs.model.CorruptException if the references of any backup that counts cannot be
   *     verified
   */
  SweepPlan plan(SweepScope scope, boolean thorough) {
    References.Builder garbage = References.builder();
    Set<BackupId> abandoned = abandoned(scope, garbage);
    if (thorough) {
      for (BackupId owner : stored.owners()) {
        if (scope.settled().contains(owner)) {
          stored.list(owner, (chunk, object) -> garbage.add(chunk));
        }
      }
    }
    references.forEach(scope.covered(), (backup, refers) -> garbage.addAll(refers));
    if (!garbage.isEmpty()) {
      references.forEach(scope.live(), (backup, refers) -> garbage.removeAll(refers));
    }
    List<BackupId> deleted = scope.covered().stream().map(TrackedBackup::id).toList();
    References chunks = garbage.build();
    scope.revoked().stream()
        .map(TrackedBackup::id)
        .filter(chunks.owners()::contains)
        .forEach(abandoned::add);
    return new SweepPlan(scope.asOf(), deleted, List.copyOf(abandoned), chunks);
  }

  /**
   * Adds the chunks that revoked snapshots have left in the store, and says which of them have left
   * a manifest or references. A backup may refer to the chunks of an unfinished copy that it has
   * continued.
   */
  private Set<BackupId> abandoned(SweepScope scope, References.Builder garbage) {
    Set<BackupId> found = new LinkedHashSet<>();
    if (scope.revoked().isEmpty()) {
      return found;
    }
    Set<BackupId> revoked =
        scope.revoked().stream().map(TrackedBackup::id).collect(Collectors.toSet());
    for (BackupId owner : stored.owners()) {
      if (revoked.contains(owner)) {
        stored.list(owner, (chunk, object) -> garbage.add(chunk));
      }
    }
    for (String prefix : List.of(tree.keys().manifests(), tree.keys().references())) {
      repository
          .store()
          .list(
              prefix,
              object ->
                  StoredChunks.id(object.key().name())
                      .filter(revoked::contains)
                      .ifPresent(found::add));
    }
    return found;
  }

  /**
   * What a plan gives back: of its chunks what listings show.
   *
   * @param covered the backups it deletes
   * @param consumer told of each object, and its length
   */
  Yield yieldOf(SweepPlan plan, List<TrackedBackup> covered, Consumer<Sweeps.Doomed> consumer) {
    AtomicLong chunks = new AtomicLong();
    AtomicLong chunkBytes = new AtomicLong();
    AtomicLong abandonedBytes = new AtomicLong();
    Set<BackupId> abandoned = Set.copyOf(plan.abandoned());
    for (BackupId owner : plan.chunks().owners()) {
      progress.check();
      stored.list(
          owner,
          (chunk, object) -> {
            if (plan.chunks().contains(chunk)) {
              chunks.incrementAndGet();
              chunkBytes.addAndGet(object.length());
              abandonedBytes.addAndGet(abandoned.contains(owner) ? object.length() : 0);
              consumer.accept(new Sweeps.Doomed(object.key(), object.length()));
            }
          });
    }
    long metadata = 0;
    for (Sweeps.Doomed object : covered.stream().flatMap(this::metadata).toList()) {
      metadata += object.bytes();
      consumer.accept(object);
    }
    return new Yield(chunks.get(), chunkBytes.get(), abandonedBytes.get(), metadata);
  }

  private Stream<Sweeps.Doomed> metadata(TrackedBackup backup) {
    return backup.phase() instanceof Phase.Committed committed
        ? Stream.of(
            new Sweeps.Doomed(
                tree.keys().manifest(backup.id()), committed.commit().manifest().length()),
            new Sweeps.Doomed(
                tree.keys().references(backup.id()), committed.commit().references().length()))
        : Stream.empty();
  }

  /**
   * What a plan gives back.
   *
   * @param chunks how many chunks there are to delete
   * @param chunkBytes how many bytes these have
   * @param abandonedBytes how many of these are of snapshots that never became backups
   * @param metadataBytes how many bytes manifests and references have
   */
  record Yield(long chunks, long chunkBytes, long abandonedBytes, long metadataBytes) {
    long committedBytes() {
      return chunkBytes - abandonedBytes;
    }

    long bytes() {
      return chunkBytes + metadataBytes;
    }
  }
}
