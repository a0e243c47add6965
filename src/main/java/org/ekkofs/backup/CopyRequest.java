package org.ekkofs.backup;

import java.util.Set;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.TreeName;

/**
 * What is to be copied.
 *
 * @param tree the tree in the source
 * @param names its backups; all visible ones if there are none
 * @param as the tree in the destination
 */
public record CopyRequest(TreeName tree, Set<BackupName> names, TreeName as) {
  /** Copies the set. */
  public CopyRequest {
    names = Set.copyOf(names);
  }
}
