package org.ekkofs.backup;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.ekkofs.format.References;
import org.ekkofs.log.Phase;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.BackupId;

/**
 * Finds what a copy can share: the copy of the parent; if that is not there, of the nearest
 * ancestor that is, or of a relative through one that is not, whichever has most chunks in common
 * with the backup in the source. For one thread.
 */
final class CopyParents {
  private static final int MOST_COMPARED = 32;

  private final TreeReferences references;
  private final Map<BackupId, TrackedBackup> backups = new HashMap<>();
  private final Map<BackupId, List<BackupId>> children = new HashMap<>();

  /**
   * Among the backups of a source.
   *
   * @param all whatever its log knows, deleted backups included
   */
  CopyParents(TreeReferences references, List<TrackedBackup> all) {
    this.references = references;
    for (TrackedBackup backup : all) {
      backups.put(backup.id(), backup);
      backup
          .parent()
          .ifPresent(
              parent ->
                  children.computeIfAbsent(parent, any -> new ArrayList<>()).add(backup.id()));
    }
  }

  /**
   * The parent of a copy.
   *
   * @param copies tells the visible copy of one of the source's backups
   */
  Optional<TrackedBackup> of(
      TrackedBackup backup, Function<TrackedBackup, Optional<TrackedBackup>> copies) {
    Set<BackupId> without = new LinkedHashSet<>(Set.of(backup.id()));
    Optional<TrackedBackup> ancestor = parent(backup);
    while (ancestor.isPresent() && copies.apply(ancestor.get()).isEmpty()) {
      without.add(ancestor.get().id());
      ancestor = parent(ancestor.get());
    }
    boolean isParent = ancestor.isPresent() && without.size() == 1;
    return (isParent ? ancestor : closest(backup, ancestor, without, copies)).flatMap(copies);
  }

  /** A parent precedes its children in the log, so this ends. */
  private Optional<TrackedBackup> parent(TrackedBackup backup) {
    return backup
        .parent()
        .map(backups::get)
        .filter(parent -> parent.slot().compareTo(backup.slot()) < 0);
  }

  private Optional<TrackedBackup> closest(
      TrackedBackup backup,
      Optional<TrackedBackup> ancestor,
      Set<BackupId> without,
      Function<TrackedBackup, Optional<TrackedBackup>> copies) {
    List<TrackedBackup> candidates =
        descendants(without).stream()
            .filter(relative -> copies.apply(relative).isPresent())
            .sorted(Comparator.comparing(TrackedBackup::slot).reversed())
            .limit(MOST_COMPARED)
            .toList();
    Optional<References> own = candidates.isEmpty() ? Optional.empty() : references.find(backup);
    if (own.isEmpty()) {
      return ancestor;
    }
    Optional<TrackedBackup> best = ancestor;
    long most = ancestor.map(one -> shared(own.get(), one)).orElse(0L);
    for (TrackedBackup candidate : candidates) {
      long shared = shared(own.get(), candidate);
      if (shared > most) {
        most = shared;
        best = Optional.of(candidate);
      }
    }
    return best;
  }

  private long shared(References own, TrackedBackup other) {
    return other.phase() instanceof Phase.Committed
        ? references.find(other).map(own::shared).orElse(0L)
        : 0;
  }

  private List<TrackedBackup> descendants(Set<BackupId> roots) {
    List<TrackedBackup> found = new ArrayList<>();
    Set<BackupId> seen = new HashSet<>(roots);
    Deque<BackupId> open = new ArrayDeque<>(roots);
    while (!open.isEmpty()) {
      for (BackupId child : children.getOrDefault(open.remove(), List.of())) {
        if (seen.add(child)) {
          open.add(child);
          Optional.ofNullable(backups.get(child)).ifPresent(found::add);
        }
      }
    }
    return found;
  }
}
