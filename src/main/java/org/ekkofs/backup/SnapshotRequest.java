package org.ekkofs.backup;

import java.util.Optional;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.BackupPath;
import org.ekkofs.model.Compression;
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
 */
public record SnapshotRequest(
    BackupPath target,
    Optional<BackupName> parent,
    Optional<SegmentSize> segmentSize,
    Optional<Compression> compression) {

  /** A request with the tree's own settings, or the defaults for a new one. */
  public SnapshotRequest(BackupPath target, Optional<BackupName> parent) {
    this(target, parent, Optional.empty(), Optional.empty());
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
