package org.ekkofs.backup;

import java.util.List;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.BackupPath;
import org.ekkofs.model.EkkofsException;

/**
 * What came of copying backups of one tree.
 *
 * @param copied the new backups, as the destination has them
 * @param already how many were there
 * @param deleted those that were deleted in the source before they were copied
 * @param failures those that could not be copied
 * @param sentBytes what was stored in the destination, in bytes
 * @param reusedBytes what an interrupted copy had stored and was not stored again, in bytes
 */
public record CopyReport(
    List<TrackedBackup> copied,
    long already,
    List<BackupPath> deleted,
    List<Failure> failures,
    long sentBytes,
    long reusedBytes) {
  /** Copies the lists. */
  public CopyReport {
    copied = List.copyOf(copied);
    deleted = List.copyOf(deleted);
    failures = List.copyOf(failures);
  }

  /**
   * A backup that could not be copied.
   *
   * @param backup its name in the source
   */
  public record Failure(BackupPath backup, EkkofsException cause) {}
}
