package org.ekkofs.model;

import java.util.List;
import java.util.Optional;

/** What a record of the commit log says has happened in its tree. */
public sealed interface LogEvent {
  /** How many backups one event can name, so that its record stays short. */
  int MAX_BACKUPS = 1000;

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
   *
   * @param copied if it is a copy
   */
  record Intent(
      BackupId backup,
      BackupName name,
      Optional<BackupId> parent,
      WriterProcess writer,
      Optional<Copied> copied)
      implements OfBackup {
    /** Of a snapshot that is taken of a disk. */
    public Intent(
        BackupId backup, BackupName name, Optional<BackupId> parent, WriterProcess writer) {
      this(backup, name, parent, writer, Optional.empty());
    }
  }

  /**
   * The snapshot is complete; void if it was revoked before, if its name has been taken, or if an
   * unfinished copy that it continues is no longer open. Those are revoked by it.
   */
  record Commit(
      BackupId backup, StoredObject manifest, StoredObject references, BackupFigures figures)
      implements OfBackup {}

  /** The snapshot will never be complete. */
  record Revoke(BackupId backup) implements OfBackup {}

  /** The backup is deleted as far as users see; its name is free again. */
  record Hide(BackupId backup) implements OfBackup {}

  /** The backup is back, under this name. */
  record Unhide(BackupId backup, BackupName name) implements OfBackup {}

  /** The backup cannot be deleted from here on. */
  record Protect(BackupId backup) implements OfBackup {}

  /** The backup can be deleted again. */
  record Unprotect(BackupId backup) implements OfBackup {}

  /**
   * From here on what a plan lists is being deleted; hidden backups it covers cannot come back.
   *
   * @param plan SHA-256 of the plan, under which it is stored
   * @param asOf the slot up to which the log was known when the plan was made
   * @param backups which hidden backups it covers, {@link #MAX_BACKUPS} at most
   * @param bytes how many bytes of chunks go that backups had stored; for people
   */
  record Plan(Digest plan, Slot asOf, List<BackupId> backups, long bytes) implements LogEvent {
    /** Copies the list. */
    public Plan {
      backups = List.copyOf(backups);
    }
  }

  /** All that the plan lists has been deleted. */
  record Swept(Digest plan) implements LogEvent {}

  /**
   * Backups were verified; {@link #MAX_BACKUPS} at most.
   *
   * @param percent how much of their data was read: 0 if only its presence was checked
   * @param sound those with which nothing was wrong
   * @param damaged the others
   */
  record Verified(int percent, List<BackupId> sound, List<BackupId> damaged) implements LogEvent {
    /**
     * Copies the lists.
     *
     * @throws InvalidException if the percentage is not one
     */
    public Verified {
      if (percent < 0 || percent > 100) {
        throw new InvalidException(percent + " is not a percentage");
      }
      sound = List.copyOf(sound);
      damaged = List.copyOf(damaged);
    }
  }
}
