package org.ekkofs.control;

import java.nio.file.Path;
import java.util.Optional;
import org.ekkofs.backup.SnapshotRequest;
import org.ekkofs.backup.SweepOptions;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.BackupPath;
import org.ekkofs.model.TreeName;

/** What a line in the control directory, or on the command line, asks for. */
public sealed interface Command {
  /** Back up a disk. */
  record Snapshot(Path source, SnapshotRequest request) implements Command {}

  /** Hide a backup. */
  record Delete(BackupPath backup) implements Command {}

  /** Bring a hidden backup back, under its old name or another. */
  record Undelete(BackupPath backup, Optional<BackupName> as) implements Command {}

  /** Keep a backup from being deleted. */
  record Protect(BackupPath backup) implements Command {}

  /** Let a protected backup be deleted again. */
  record Unprotect(BackupPath backup) implements Command {}

  /**
   * Give back the space of deleted backups.
   *
   * @param tree whose; empty for all trees
   * @param dryRun whether only to say what would go
   */
  record Sweep(Optional<TreeName> tree, SweepOptions options, boolean dryRun) implements Command {}

  /** See at once what other hosts have done. */
  record Refresh() implements Command {}
}
