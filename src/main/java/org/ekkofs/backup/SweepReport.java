package org.ekkofs.backup;

import java.util.List;
import org.ekkofs.log.SweepScope;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.TreeName;

/**
 * What a sweep of a tree has deleted, or would.
 *
 * @param tree the tree
 * @param deleted the backups that are gone for good
 * @param abandoned snapshots that never became backups, of which something was left
 * @param revoked unfinished snapshots that were given up now
 * @param chunks how many chunks go
 * @param bytes what comes back, in bytes: chunks, manifests and references
 * @param waiting deleted backups that stay for now, and why
 */
public record SweepReport(
    TreeName tree,
    List<TrackedBackup> deleted,
    List<TrackedBackup> abandoned,
    List<TrackedBackup> revoked,
    long chunks,
    long bytes,
    List<SweepScope.Waiting> waiting) {
  /** Copies the lists. */
  public SweepReport {
    deleted = List.copyOf(deleted);
    abandoned = List.copyOf(abandoned);
    revoked = List.copyOf(revoked);
    waiting = List.copyOf(waiting);
  }
}
