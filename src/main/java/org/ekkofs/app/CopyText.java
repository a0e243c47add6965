package org.ekkofs.app;

import java.util.ArrayList;
import java.util.List;
import org.ekkofs.backup.CopyPreview;
import org.ekkofs.backup.CopyReport;
import org.ekkofs.backup.CopyRequest;
import org.ekkofs.control.Units;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.BackupPath;

/** What came of a copy, for people. */
final class CopyText {
  private CopyText() {}

  /** What could not be copied, a line each. */
  static List<String> problems(CopyReport report) {
    return report.failures().stream()
        .map(
            failure ->
                failure.backup()
                    + ": "
                    + Failures.oneLine(String.valueOf(failure.cause().getMessage())))
        .toList();
  }

  /** All of it in one line. */
  static String summary(CopyRequest request, CopyReport report) {
    String reused =
        report.reusedBytes() == 0
            ? ""
            : "; %s were there from an interrupted copy"
                .formatted(Units.bytes(report.reusedBytes()));
    return "%s: copied %s; sent %s%s; %s there already"
        .formatted(
            request.tree(),
            Sizes.count(report.copied().size(), "backup"),
            Units.bytes(report.sentBytes()),
            reused,
            report.already());
  }

  /** What would be copied, a line each, and all of it. */
  static List<String> of(CopyRequest request, CopyPreview preview) {
    List<String> lines = new ArrayList<>();
    for (TrackedBackup backup : preview.missing()) {
      lines.add("would copy " + new BackupPath(request.tree(), backup.name()));
    }
    lines.add(
        "%s: would copy %s with about %s; %d there already"
            .formatted(
                request.tree(),
                Sizes.count(preview.missing().size(), "backup"),
                Units.bytes(preview.bytes()),
                preview.already()));
    return lines;
  }
}
