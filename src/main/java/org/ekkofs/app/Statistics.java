package org.ekkofs.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToLongFunction;
import org.ekkofs.backup.Repository;
import org.ekkofs.backup.Tree;
import org.ekkofs.log.Phase;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.BackupFigures;

/**
 * What a repository amounts to.
 *
 * @param diskBytes the sizes of the disks of all visible backups together
 * @param dataBytes what of these is not zero
 * @param objects how many objects the store holds, of whatever kind
 * @param objectBytes what they take
 */
record Statistics(
    UUID id,
    Instant created,
    long trees,
    long backups,
    long deleted,
    long unfinished,
    long diskBytes,
    long dataBytes,
    long objects,
    long objectBytes) {

  /** Counts what can be read; asks the store to list everything. */
  static Statistics of(Repository repository, DamagedTrees damaged) {
    List<List<TrackedBackup>> trees = repository.trees(damaged).stream().map(Tree::known).toList();
    List<TrackedBackup> all = trees.stream().flatMap(List::stream).toList();
    AtomicLong objects = new AtomicLong();
    AtomicLong bytes = new AtomicLong();
    repository
        .store()
        .list(
            "",
            object -> {
              objects.incrementAndGet();
              bytes.addAndGet(object.length());
            });
    return new Statistics(
        repository.descriptor().id(),
        repository.descriptor().created(),
        trees.size(),
        all.stream().filter(TrackedBackup::isVisible).count(),
        all.stream().filter(backup -> backup.phase() instanceof Phase.Hidden).count(),
        all.stream().filter(TrackedBackup::isOpen).count(),
        sum(all, BackupFigures::diskBytes),
        sum(all, BackupFigures::dataBytes),
        objects.get(),
        bytes.get());
  }

  private static long sum(List<TrackedBackup> backups, ToLongFunction<BackupFigures> figure) {
    return backups.stream()
        .map(TrackedBackup::phase)
        .filter(Phase.Visible.class::isInstance)
        .map(Phase.Visible.class::cast)
        .mapToLong(phase -> figure.applyAsLong(phase.commit().figures()))
        .sum();
  }

  ObjectNode json() {
    return Json.object()
        .put("id", id.toString())
        .put("created", created.toString())
        .put("trees", trees)
        .put("backups", backups)
        .put("deleted", deleted)
        .put("unfinished", unfinished)
        .put("diskBytes", diskBytes)
        .put("dataBytes", dataBytes)
        .put("objects", objects)
        .put("objectBytes", objectBytes);
  }
}
