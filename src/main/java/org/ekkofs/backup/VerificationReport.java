package org.ekkofs.backup;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.ekkofs.model.BackupPath;
import org.ekkofs.model.TreeName;

/**
 * What a verification found.
 *
 * @param percent how much of the data was to be read: 0 if only its presence was checked
 * @param backups how many backups were looked at
 * @param chunks how many chunks they refer to; those that several share are counted once
 * @param readBytes how much was read from the store to check the data
 * @param resumed when the interrupted verification began that this one went on with
 * @param problems what is wrong with backups, in order, bounded in number; empty if all is well
 * @param trees what is wrong with whole trees, which hosts that are new to them cannot read
 * @param notes what is wrong and does no harm: a line each, naming the object and what to do
 * @param repaired what was stored again, and is right now
 * @param spare what lies in each tree without belonging to a visible backup; trees with nothing of
 *     the kind are left out
 * @param warnings what could not be done besides, a sentence each
 */
public record VerificationReport(
    int percent,
    long backups,
    long chunks,
    long readBytes,
    Optional<Instant> resumed,
    List<Problem> problems,
    List<TreeProblem> trees,
    List<String> notes,
    List<Repair> repaired,
    List<Spare> spare,
    List<String> warnings) {
  /** Copies the lists. */
  public VerificationReport {
    problems = List.copyOf(problems);
    trees = List.copyOf(trees);
    notes = List.copyOf(notes);
    repaired = List.copyOf(repaired);
    spare = List.copyOf(spare);
    warnings = List.copyOf(warnings);
  }

  /**
   * Several verifications of the same kind as one.
   *
   * @param reports at least one
   */
  public static VerificationReport together(List<VerificationReport> reports) {
    return new VerificationReport(
        reports.get(0).percent(),
        reports.stream().mapToLong(VerificationReport::backups).sum(),
        reports.stream().mapToLong(VerificationReport::chunks).sum(),
        reports.stream().mapToLong(VerificationReport::readBytes).sum(),
        reports.stream().flatMap(report -> report.resumed().stream()).findFirst(),
        all(reports, VerificationReport::problems),
        all(reports, VerificationReport::trees),
        all(reports, VerificationReport::notes),
        all(reports, VerificationReport::repaired),
        all(reports, VerificationReport::spare),
        all(reports, VerificationReport::warnings));
  }

  private static <T> List<T> all(
      List<VerificationReport> reports, Function<VerificationReport, List<T>> part) {
    return reports.stream().flatMap(report -> part.apply(report).stream()).toList();
  }

  /** Whether nothing is wrong, or nothing any more. */
  public boolean allIsWell() {
    return problems.isEmpty() && trees.isEmpty();
  }

  /** A tree whose log is damaged. */
  public record TreeProblem(TreeName tree, String message) {}

  /**
   * Something that is missing or damaged.
   *
   * @param backup the backup that suffers from it
   * @param range the bytes of the disk that cannot be read; empty if it is not some of them only
   * @param message what is wrong, naming the object
   */
  public record Problem(BackupPath backup, Optional<Range> range, String message) {}

  /** Bytes of a disk, {@code from} included, {@code to} not. */
  public record Range(long from, long to) {}

  /**
   * An object that was missing or damaged.
   *
   * @param backup the backup that suffered from it
   * @param message which object, and from where it came
   */
  public record Repair(BackupPath backup, String message) {}

  /**
   * Objects of a tree that cost space only.
   *
   * @param garbage what a sweep gives back, or will once nobody can want it back
   * @param foreign what no record explains
   */
  public record Spare(TreeName tree, Amount garbage, Amount foreign) {}

  /** A number of objects, and what they take in the store. */
  public record Amount(long objects, long bytes) {
    /** Nothing. */
    public static final Amount NONE = new Amount(0, 0);

    /** With one more object. */
    Amount plus(long length) {
      return new Amount(objects + 1, bytes + length);
    }

    /** Both together. */
    Amount plus(Amount other) {
      return new Amount(objects + other.objects, bytes + other.bytes);
    }
  }
}
