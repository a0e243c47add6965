package org.ekkofs.model;

import java.util.Optional;

/** What a record of the commit log says has happened in its tree. */
public sealed interface LogEvent {
  /** The tree begins; only ever in slot 1. */
  record Create(SegmentSize segmentSize, Compression compression) implements LogEvent {}

  /** An event of one backup. */
  sealed interface OfBackup extends LogEvent {
    /** Which backup. */
    BackupId backup();
  }

  /**
   * A snapshot begins: from here on everything is kept that is visible at this slot, until the
   * backup is committed or revoked.
   */
  record Intent(BackupId backup, BackupName name, Optional<BackupId> parent, WriterProcess writer)
      implements OfBackup {}

  /** The snapshot is complete; void if it was revoked before, or if its name has been taken. */
  record Commit(
      BackupId backup, StoredObject manifest, StoredObject references, BackupFigures figures)
      implements OfBackup {}

  /** The snapshot will never be complete. */
  record Revoke(BackupId backup) implements OfBackup {}

  /** The backup is deleted as far as users see; its name is free again. */
  record Hide(BackupId backup) implements OfBackup {}

  /** The backup is back, under this name. */
  record Unhide(BackupId backup, BackupName name) implements OfBackup {}
}
