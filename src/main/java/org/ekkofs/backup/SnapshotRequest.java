package org.ekkofs.backup;

import java.util.Optional;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.BackupPath;
import org.ekkofs.model.Compression;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.LogEvent;
import org.ekkofs.model.RefusedException;
import org.ekkofs.model.SegmentSize;

/**
 * What is to be backed up, and how it is to be called.
 *
 * @param target tree and name of the new backup; the tree is created if there is none
 * @param parent a visible backup of the same tree, of which only the differences are to be stored
 * @param segmentSize for a tree that is created; of one that exists it must not differ
 * @param compression as {@code segmentSize}
 * @param id of the new backup, where it must be known beforehand: one that nobody else has
 * @param check how many percent of the segments that the source says have not changed are read and
 *     compared with the parent
 * @param parentId which backup the parent's name must stand for, if what has changed is known
 *     relative to that one
 */
public record SnapshotRequest(
    BackupPath target,
    Optional<BackupName> parent,
    Optional<SegmentSize> segmentSize,
    Optional<Compression> compression,
    Optional<BackupId> id,
    int check,
    Optional<BackupId> parentId) {
  private static final int ALL = 100;

  /**
   * Checks the percentage.
   *
   * @throws InvalidException if it is not 0 to 100
   */
  public SnapshotRequest {
    if (check < 0 || check > ALL) {
      throw new InvalidException(check + " is no percentage from 0 to 100");
    }
  }

  /** A request of a new id that trusts what the source says of changes. */
  public SnapshotRequest(
      BackupPath target,
      Optional<BackupName> parent,
      Optional<SegmentSize> segmentSize,
      Optional<Compression> compression) {
    this(target, parent, segmentSize, compression, Optional.empty(), 0, Optional.empty());
  }

  /** A request with the tree's own settings, or the defaults for a new one. */
  public SnapshotRequest(BackupPath target, Optional<BackupName> parent) {
    this(target, parent, Optional.empty(), Optional.empty());
  }

  /** The same, checking so many percent of what is not read otherwise. */
  public SnapshotRequest withCheck(int percent) {
    return new SnapshotRequest(target, parent, segmentSize, compression, id, percent, parentId);
  }

  /** The same, for a backup of this id. */
  public SnapshotRequest withId(BackupId chosen) {
    return new SnapshotRequest(
        target, parent, segmentSize, compression, Optional.of(chosen), check, parentId);
  }

  /** The same, relative to this parent. */
  public SnapshotRequest withParent(Optional<BackupName> name) {
    return new SnapshotRequest(target, name, segmentSize, compression, id, check, Optional.empty());
  }

  /** The same, relative to this parent and to no other that has come to its name. */
  public SnapshotRequest withParent(BackupName name, BackupId which) {
    return new SnapshotRequest(
        target, Optional.of(name), segmentSize, compression, id, check, Optional.of(which));
  }

  void checkParent(BackupId found) {
    if (parentId.isPresent() && !parentId.get().equals(found)) {
      throw new RefusedException(
          "%s is another backup now than when the snapshot was begun; begin again"
              .formatted(new BackupPath(target.tree(), parent.orElseThrow())));
    }
  }

  LogEvent.Create settingsOfNewTree() {
    return new LogEvent.Create(
        segmentSize.orElse(SegmentSize.DEFAULT), compression.orElse(Compression.DEFAULT));
  }

  void checkAgainst(LogEvent.Create settings) {
    boolean agrees =
        segmentSize.map(settings.segmentSize()::equals).orElse(true)
            && compression.map(settings.compression()::equals).orElse(true);
    if (!agrees) {
      throw new RefusedException(
          "tree %s has segments of %d bytes and compression level %d; that is fixed when it is created"
              .formatted(
                  target.tree(), settings.segmentSize().bytes(), settings.compression().level()));
    }
  }
}
