package org.ekkofs.simulation;

import java.util.Optional;
import java.util.function.Predicate;
import org.ekkofs.backup.Progress;
import org.ekkofs.backup.Repository;
import org.ekkofs.backup.SnapshotRequest;
import org.ekkofs.backup.Snapshots;
import org.ekkofs.backup.SweepOptions;
import org.ekkofs.backup.Sweeps;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.BackupPath;
import org.ekkofs.model.Compression;

/**
 * What one process does in an {@link Exploration}.
 *
 * @param name what to call it
 * @param kind what of the store it touches
 * @param disk what it backs up, if it does
 * @param script what it does
 * @param isUnderWay whether its first record lies in the log before the others begin
 */
record Role(String name, Kind kind, Optional<SparseDisk> disk, Script script, boolean isUnderWay) {
  private Role(String name, Kind kind, Optional<SparseDisk> disk, Script script) {
    this(name, kind, disk, script, false);
  }

  /** The same, but that its first record lies in the log before the others begin. */
  Role underWay() {
    return new Role(name + " under way", kind, disk, script, true);
  }

  /** What of the store a process touches. */
  enum Kind {
    /** Reads and writes the log and nothing else. */
    LOG_ONLY,
    /** And reads manifests and chunks, and stores some of its own. */
    WRITER,
    /** And reads references, stores plans, and deletes. */
    SWEEPER
  }

  /** What a process does. */
  @FunctionalInterface
  interface Script {
    /** Does it. */
    void run(Repository repository, Listener told);
  }

  /** Hears what users are told. */
  @FunctionalInterface
  interface Listener {
    /** They are told that this is so of a backup. */
    void told(String what, BackupId backup, Predicate<LogModel.Entry> truth);
  }

  /** Takes a snapshot. */
  static Role writer(String name, Optional<String> parent, SparseDisk disk) {
    SnapshotRequest request =
        new SnapshotRequest(
            new BackupPath(World.TREE, new BackupName(name)),
            parent.map(BackupName::new),
            Optional.of(SparseDisk.SIZE),
            Optional.of(Compression.DEFAULT));
    return new Role(
        "writer of " + name,
        Kind.WRITER,
        Optional.of(disk),
        (repository, told) -> {
          TrackedBackup taken =
              new Snapshots(repository).take(disk.source(), request, Progress.NONE);
          told.told("a snapshot", taken.id(), entry -> entry.commit.isPresent());
        });
  }

  /** Deletes a backup. */
  static Role deleter(String name) {
    return logOnly(
        "deleter of " + name,
        (repository, told) -> {
          TrackedBackup hidden = repository.tree(World.TREE).delete(new BackupName(name));
          told.told("its deletion", hidden.id(), entry -> entry.wasHidden);
        });
  }

  /** Deletes a backup and brings it back. */
  static Role undeleter(String name) {
    BackupName backup = new BackupName(name);
    return logOnly(
        "undeleter of " + name,
        (repository, told) -> {
          repository.tree(World.TREE).delete(backup);
          TrackedBackup back = repository.tree(World.TREE).undelete(backup, backup);
          told.told("its return", back.id(), entry -> entry.wasBroughtBack);
        });
  }

  /** Revokes a snapshot, whoever takes it. */
  static Role revoker(String name) {
    return logOnly(
        "revoker of " + name,
        (repository, told) -> {
          TrackedBackup revoked = repository.tree(World.TREE).revoke(new BackupName(name), true);
          told.told("its revocation", revoked.id(), entry -> entry.commit.isEmpty());
        });
  }

  private static Role logOnly(String name, Script script) {
    return new Role(name, Kind.LOG_ONLY, Optional.empty(), script);
  }

  /** Sweeps all that was deleted. */
  static Role sweeper(String name) {
    return new Role(
        name,
        Kind.SWEEPER,
        Optional.empty(),
        (repository, told) ->
            new Sweeps(repository)
                .sweep(repository.tree(World.TREE), SweepOptions.DEFAULT.now(), Progress.NONE));
  }

  @Override
  public String toString() {
    return name;
  }
}
