package org.ekkofs.control;

import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ekkofs.backup.SweepOptions;
import org.ekkofs.backup.SweepReport;
import org.ekkofs.log.Phase;
import org.ekkofs.log.SweepScope.Reason;
import org.ekkofs.log.SweepScope.Waiting;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.BackupPath;

/** What a sweep of a tree came to, or would, in sentences for people. Immutable. */
public final class SweepText {
  private static final int MAX_NAMES = 5;

  private final SweepReport report;
  private final SweepOptions options;
  private final boolean dryRun;
  private final ZoneId zone;

  /**
   * Sentences about a report.
   *
   * @param dryRun whether it is about what would be
   */
  public SweepText(SweepReport report, SweepOptions options, boolean dryRun, ZoneId zone) {
    this.report = report;
    this.options = options;
    this.dryRun = dryRun;
    this.zone = zone;
  }

  /** Whether anything went or waits. */
  public boolean isWorthSaying() {
    return hasFreed() || !report.revoked().isEmpty() || !report.waiting().isEmpty();
  }

  private boolean hasFreed() {
    return !report.deleted().isEmpty() || !report.abandoned().isEmpty() || report.chunks() > 0;
  }

  /** What came back: "web: freed 1.2 GiB: 3 backups, 812 chunks". */
  public String result() {
    if (!hasFreed()) {
      return report.tree() + ": nothing to sweep";
    }
    List<String> parts = new ArrayList<>();
    if (!report.deleted().isEmpty()) {
      parts.add(Units.count(report.deleted().size(), "backup"));
    }
    if (!report.abandoned().isEmpty()) {
      parts.add(Units.count(report.abandoned().size(), "abandoned snapshot"));
    }
    parts.add(Units.count(report.chunks(), "chunk"));
    return "%s: %s %s: %s"
        .formatted(
            report.tree(),
            dryRun ? "would free" : "freed",
            Units.bytes(report.bytes()),
            String.join(", ", parts));
  }

  /** What was given up and what waits, a sentence for each reason. */
  public List<String> remarks() {
    List<String> sentences = new ArrayList<>();
    if (!report.revoked().isEmpty()) {
      sentences.add(
          "%s what was unfinished: %s"
              .formatted(dryRun ? "would give up" : "gave up", names(report.revoked())));
    }
    for (Reason reason : Reason.values()) {
      List<Waiting> waiting =
          report.waiting().stream().filter(stays -> stays.reason() == reason).toList();
      if (!waiting.isEmpty()) {
        sentences.add(sentence(waiting));
      }
    }
    return sentences;
  }

  /** {@link #result} and {@link #remarks} in one line. */
  public String line() {
    return Stream.concat(Stream.of(result()), remarks().stream()).collect(Collectors.joining("; "));
  }

  /** The same backup by backup. */
  public List<String> details() {
    List<String> sentences = new ArrayList<>();
    report.deleted().forEach(backup -> sentences.add(path(backup) + " would be gone for good"));
    report.abandoned().stream()
        .map(backup -> "what the abandoned snapshot " + path(backup) + " left would be removed")
        .forEach(sentences::add);
    report.revoked().stream()
        .map(backup -> "the unfinished snapshot " + path(backup) + " would be given up")
        .forEach(sentences::add);
    report.waiting().forEach(waiting -> sentences.add(sentence(List.of(waiting))));
    return sentences;
  }

  /** About backups that stay for one reason. */
  private String sentence(List<Waiting> waiting) {
    List<TrackedBackup> backups = waiting.stream().map(Waiting::backup).toList();
    boolean one = backups.size() == 1;
    String stay = names(backups) + (one ? " stays" : " stay");
    return switch (waiting.get(0).reason()) {
      case UNDO_WINDOW -> stay + (one ? "" : ", the last") + " until " + undoEnd(backups);
      case UNFINISHED_SNAPSHOT -> stay + " until " + names(snapshots(waiting)) + " is finished";
      case OPEN_FILE -> stay + (one ? ": its file is open" : ": their files are open");
      case NEXT_PLAN -> stay + " for the next sweep";
    };
  }

  private String undoEnd(List<TrackedBackup> backups) {
    return backups.stream()
            .flatMap(backup -> undoEnd(backup, options).stream())
            .max(Comparator.naturalOrder())
            .map(end -> "%tF %<tT".formatted(end.atZone(zone)))
            .orElse("later")
        + ", to be undeleted if need be";
  }

  /** When a deleted backup has been deleted for as long as the undo window. */
  public static Optional<Instant> undoEnd(TrackedBackup backup, SweepOptions options) {
    return backup.phase() instanceof Phase.Hidden hidden
        ? Optional.of(hidden.hiddenTime().plus(options.undoWindow()))
        : Optional.empty();
  }

  private static List<TrackedBackup> snapshots(List<Waiting> waiting) {
    return waiting.stream().flatMap(stays -> stays.snapshots().stream()).distinct().toList();
  }

  private String names(List<TrackedBackup> backups) {
    String names =
        backups.stream().limit(MAX_NAMES).map(this::path).collect(Collectors.joining(", "));
    int more = backups.size() - MAX_NAMES;
    return more > 0 ? names + " and " + more + " more" : names;
  }

  private String path(TrackedBackup backup) {
    return new BackupPath(report.tree(), backup.name()).toString();
  }
}
