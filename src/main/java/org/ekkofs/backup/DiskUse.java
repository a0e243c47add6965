package org.ekkofs.backup;

import java.util.Set;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.TreeName;

/**
 * Who reads disks in this process, so that a sweep leaves them alone. Safe for use by many threads.
 */
public interface DiskUse {
  /** Nobody reads anything. */
  DiskUse NONE =
      new DiskUse() {
        @Override
        public Set<BackupId> shut(TreeName tree, Set<BackupId> backups) {
          return Set.of();
        }

        @Override
        public void reopen(TreeName tree, Set<BackupId> backups) {}
      };

  /**
   * Shuts deleted backups to new readers, for good.
   *
   * @return those that are being read, which stay as they are
   */
  Set<BackupId> shut(TreeName tree, Set<BackupId> backups);

  /** Takes {@link #shut} back, as the backups are not to go after all. */
  void reopen(TreeName tree, Set<BackupId> backups);
}
