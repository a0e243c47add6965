package org.ekkofs.app;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.ekkofs.backup.VerificationReport;
import org.ekkofs.backup.VerificationReport.Amount;
import org.ekkofs.backup.VerificationReport.Problem;
import org.ekkofs.backup.VerificationReport.Repair;
import org.ekkofs.backup.VerificationReport.Spare;
import org.ekkofs.backup.VerificationReport.TreeProblem;
import org.ekkofs.control.Units;

/** What a verification found, as it is shown. */
record VerificationView(VerificationReport report) {
  /** What is wrong, a line each. */
  List<String> problems() {
    List<String> lines = new ArrayList<>();
    for (TreeProblem problem : report.trees()) {
      lines.add(problem.tree() + ": " + Failures.oneLine(problem.message()));
    }
    for (Problem problem : report.problems()) {
      String range =
          problem
              .range()
              .map(bytes -> ", bytes %d to %d".formatted(bytes.from(), bytes.to()))
              .orElse("");
      lines.add(problem.backup() + range + ": " + Failures.oneLine(problem.message()));
    }
    return lines;
  }

  /** What was done and what else was seen, a line each. */
  List<String> notes(ZoneId zone) {
    List<String> lines = new ArrayList<>();
    report
        .resumed()
        .ifPresent(
            begun ->
                lines.add(
                    "resumed the verification that began %s and was interrupted"
                        .formatted(Times.format(begun, zone))));
    for (Repair repair : report.repaired()) {
      lines.add(repair.backup() + ": " + Failures.oneLine(repair.message()));
    }
    for (Spare spare : report.spare()) {
      if (spare.garbage().objects() > 0) {
        lines.add(
            "%s: %s of deleted or unfinished backups; a sweep gives back what nobody can want back"
                .formatted(spare.tree(), amount(spare.garbage())));
      }
      if (spare.foreign().objects() > 0) {
        lines.add(
            "%s: %s that belong to no backup; they do no harm"
                .formatted(spare.tree(), amount(spare.foreign())));
      }
    }
    return lines;
  }

  private static String amount(Amount amount) {
    return "%s with %s"
        .formatted(Sizes.count(amount.objects(), "object"), Units.bytes(amount.bytes()));
  }

  /** All of it in one line. */
  String summary() {
    String repaired =
        report.repaired().isEmpty()
            ? ""
            : "stored %s again; ".formatted(Sizes.count(report.repaired().size(), "object"));
    return "checked %s with %s; read %s; %s%s"
        .formatted(
            Sizes.count(report.backups(), "backup"),
            Sizes.count(report.chunks(), "chunk"),
            Units.bytes(report.readBytes()),
            repaired,
            report.allIsWell() ? "all is well" : "found damage");
  }

  /** What is wrong, in a few words. */
  String damage() {
    long backups = report.problems().stream().map(Problem::backup).distinct().count();
    String problems =
        "%s in %s"
            .formatted(
                Sizes.count(report.problems().size(), "problem"), Sizes.count(backups, "backup"));
    String trees = Sizes.count(report.trees().size(), "tree") + " cannot be read";
    if (report.trees().isEmpty()) {
      return problems;
    }
    return report.problems().isEmpty() ? trees : problems + "; " + trees;
  }

  ObjectNode json() {
    ObjectNode json = Json.object();
    json.put("percent", report.percent());
    json.put("backups", report.backups());
    json.put("chunks", report.chunks());
    json.put("readBytes", report.readBytes());
    report.resumed().ifPresent(begun -> json.put("resumed", begun.toString()));
    ArrayNode problems = json.putArray("problems");
    for (Problem problem : report.problems()) {
      ObjectNode entry = problems.addObject();
      entry.put("tree", problem.backup().tree().value());
      entry.put("name", problem.backup().name().value());
      problem.range().ifPresent(range -> entry.put("from", range.from()).put("to", range.to()));
      entry.put("message", problem.message());
    }
    for (TreeProblem problem : report.trees()) {
      problems.addObject().put("tree", problem.tree().value()).put("message", problem.message());
    }
    ArrayNode repaired = json.putArray("repaired");
    for (Repair repair : report.repaired()) {
      ObjectNode entry = repaired.addObject();
      entry.put("tree", repair.backup().tree().value());
      entry.put("name", repair.backup().name().value());
      entry.put("message", repair.message());
    }
    ArrayNode spare = json.putArray("spare");
    for (Spare found : report.spare()) {
      ObjectNode entry = spare.addObject().put("tree", found.tree().value());
      entry.put("garbageObjects", found.garbage().objects());
      entry.put("garbageBytes", found.garbage().bytes());
      entry.put("foreignObjects", found.foreign().objects());
      entry.put("foreignBytes", found.foreign().bytes());
    }
    ArrayNode warnings = json.putArray("warnings");
    report.warnings().forEach(warnings::add);
    return json;
  }
}
