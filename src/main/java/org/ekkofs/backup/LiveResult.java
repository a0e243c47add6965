package org.ekkofs.backup;

import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.EkkofsException;

/** What came of one disk of a running machine. */
public sealed interface LiveResult {
  /**
   * It is backed up.
   *
   * @param request what was asked for, with the parent that was found
   */
  record Taken(SnapshotRequest request, TrackedBackup backup) implements LiveResult {}

  /** It is not. */
  record Failed(LiveRequest request, EkkofsException why) implements LiveResult {}
}
