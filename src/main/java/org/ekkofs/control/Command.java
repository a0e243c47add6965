package org.ekkofs.control;

import java.util.List;
import java.util.Optional;
import org.ekkofs.backup.SnapshotRequest;
import org.ekkofs.backup.SweepOptions;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.BackupPath;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.TreeName;
import org.ekkofs.source.SourceAddress;
import org.ekkofs.source.SourceOptions;
import org.ekkofs.source.qmp.LiveOptions;

/** What a line in the control directory, or on the command line, asks for. */
public sealed interface Command {
  /**
   * Back up a disk, or disks of one machine as they are at one moment.
   *
   * @param disks at least one
   * @param options how to take it
   * @param live how to take a running machine
   */
  record Snapshot(List<SourceDisk> disks, SourceOptions options, LiveOptions live)
      implements Command {
    /**
     * Checks that the words fit together.
     *
     * @throws InvalidException if they do not
     */
    public Snapshot {
      disks = List.copyOf(disks);
      SnapshotRules.check(disks, options, live);
    }

    /** Of a machine as it comes, if of one. */
    public Snapshot(List<SourceDisk> disks, SourceOptions options) {
      this(disks, options, LiveOptions.DEFAULT);
    }

    /** Of one disk, taken as it comes. */
    public Snapshot(SourceAddress source, SnapshotRequest request) {
      this(List.of(new SourceDisk(source, request)), SourceOptions.DEFAULT);
    }
  }

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
