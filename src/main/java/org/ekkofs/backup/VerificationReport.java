package org.ekkofs.backup;

import java.util.List;
import java.util.Optional;
import org.ekkofs.model.BackupPath;

/**
 * What a verification found.
 *
 * @param backups how many backups were looked at
 * @param chunks how many chunks they refer to, each counted once a backup
 * @param readBytes how much was read from the store to check the data; 0 if only its presence was
 * @param problems what is wrong; empty if all is well
 */
public record VerificationReport(
    long backups, long chunks, long readBytes, List<Problem> problems) {
  /** Copies the problems. */
  public VerificationReport {
    problems = List.copyOf(problems);
  }

  /**
   * Something that is missing or damaged.
   *
   * @param backup the backup that suffers from it
   * @param range the bytes of the disk that cannot be read; empty if it is all of them
   * @param message what is wrong, naming the object
   */
  public record Problem(BackupPath backup, Optional<Range> range, String message) {}

  /** Bytes of a disk, {@code from} included, {@code to} not. */
  public record Range(long from, long to) {}
}
