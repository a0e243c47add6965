package org.ekkofs.backup;

import java.util.Map;
import java.util.Optional;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.TreeName;

/** References that need not be read from the store. Safe for use by many threads. */
interface KnownReferences {
  /** Nothing is known. */
  KnownReferences NONE =
      new KnownReferences() {
        @Override
        public Optional<byte[]> find(TreeName tree, TrackedBackup backup) {
          return Optional.empty();
        }

        @Override
        public void keep(TreeName tree, Map<BackupId, byte[]> references) {}
      };

  /** What is known of a committed backup's references, verified. */
  Optional<byte[]> find(TreeName tree, TrackedBackup backup);

  /** Remembers references that were verified. */
  void keep(TreeName tree, Map<BackupId, byte[]> references);
}
