package org.ekkofs.backup;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ekkofs.model.BackupPath;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.TreeName;

/** What a verification has found so far. For one thread. */
final class Findings {
  private static final int MAX_REPAIRS = 10_000;

  private final int percent;
  private final Problems problems = new Problems();
  private final List<VerificationReport.TreeProblem> trees = new ArrayList<>();
  private final List<VerificationReport.Repair> repaired = new ArrayList<>();
  private final List<VerificationReport.Spare> spare = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private Optional<Instant> resumed = Optional.empty();
  private long backups;
  private long chunks;
  private long readBytes;

  Findings(int percent) {
    this.percent = percent;
  }

  /** A backup was looked at. */
  void backup(Problems found) {
    backups++;
    problems.addAll(found);
  }

  void chunks(long count) {
    chunks += count;
  }

  void read(long bytes) {
    readBytes += bytes;
  }

  void tree(TreeName tree, CorruptException damage) {
    trees.add(new VerificationReport.TreeProblem(tree, String.valueOf(damage.getMessage())));
  }

  void repaired(BackupPath backup, String message) {
    if (repaired.size() < MAX_REPAIRS) {
      repaired.add(new VerificationReport.Repair(backup, message));
    }
  }

  void spare(VerificationReport.Spare found) {
    if (found.garbage().objects() + found.foreign().objects() > 0) {
      spare.add(found);
    }
  }

  void warning(String sentence) {
    warnings.add(sentence);
  }

  void resumed(Instant begun) {
    resumed = Optional.of(begun);
  }

  VerificationReport report() {
    return new VerificationReport(
        percent,
        backups,
        chunks,
        readBytes,
        resumed,
        problems.sorted(),
        trees,
        repaired,
        spare,
        warnings);
  }
}
