package org.ekkofs.control;

import java.nio.file.Path;
import java.util.Optional;
import org.ekkofs.backup.SnapshotRequest;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.BackupPath;

/** What a line in the control directory, or on the command line, asks for. */
public sealed interface Command {
  /** Back up a disk. */
  record Snapshot(Path source, SnapshotRequest request) implements Command {}

  /** Hide a backup. */
  record Delete(BackupPath backup) implements Command {}

  /** Bring a hidden backup back, under its old name or another. */
  record Undelete(BackupPath backup, Optional<BackupName> as) implements Command {}

  /** See at once what other hosts have done. */
  record Refresh() implements Command {}
}
