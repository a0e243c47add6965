package org.ekkofs.backup;

import java.util.List;
import java.util.Optional;
import org.ekkofs.model.BackupPath;
import org.ekkofs.model.TreeName;

/**
 * What a verification found.
 *
 * @param backups how many backups were looked at
 * @param chunks how many chunks they refer to, each counted once a backup
 * @param readBytes how much was read from the store to check the data; 0 if only its presence was
 * @param problems what is wrong with backups; empty if all is well
 * @param trees what is wrong with whole trees, which hosts that are new to them cannot read
 * @param notes what is wrong and does no harm: a line each, naming the object and what to do
 */
public record VerificationReport(
    long backups,
    long chunks,
    long readBytes,
    List<Problem> problems,
    List<TreeProblem> trees,
    List<String> notes) {
  /** Copies the lists. */
  public VerificationReport {
    problems = List.copyOf(problems);
    trees = List.copyOf(trees);
    notes = List.copyOf(notes);
  }

  /** Whether nothing is wrong. */
  public boolean allIsWell() {
    return problems.isEmpty() && trees.isEmpty();
  }

  /** A tree whose log is damaged. */
  public record TreeProblem(TreeName tree, String message) {}

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
