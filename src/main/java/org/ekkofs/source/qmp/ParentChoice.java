package org.ekkofs.source.qmp;

import java.util.Optional;
import java.util.Set;
import org.ekkofs.model.BackupId;

/** Says relative to which earlier backup a new one may be taken. */
@FunctionalInterface
public interface ParentChoice {
  /** Of these backups the newest that can be the parent; empty if none can. */
  Optional<BackupId> newest(Set<BackupId> backups);
}
