package org.ekkofs.control;

import java.util.Optional;
import org.ekkofs.backup.Repository;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.NotFoundException;
import org.ekkofs.model.TreeName;
import org.ekkofs.source.Basis;

/**
 * Finds the backups that disks rest upon.
 *
 * @param repository where they must be
 */
record BasisFinder(Repository repository) {
  /** What came of it: a name or a reason. */
  sealed interface Result {}

  /** It can be the parent, by this name. */
  record Found(BackupName name) implements Result {}

  /** It cannot, as the line says. */
  record Unusable(String why) implements Result {}

  /** Looks for a backup as the store has it now. */
  Result find(Basis basis, TreeName target) {
    if (!basis.repository().equals(repository.descriptor().id().toString())) {
      return new Unusable("rests on a backup of another repository");
    }
    if (!basis.tree().equals(target)) {
      return new Unusable("rests on a backup of another tree, " + basis.tree());
    }
    return visible(basis, target)
        .<Result>map(backup -> new Found(backup.name()))
        .orElseGet(() -> new Unusable("rests on a backup that was deleted"));
  }

  private Optional<TrackedBackup> visible(Basis basis, TreeName tree) {
    try {
      return repository.tree(tree).visible().stream()
          .filter(backup -> backup.id().equals(basis.backup()))
          .findFirst();
    } catch (NotFoundException noTree) {
      return Optional.empty();
    }
  }
}
