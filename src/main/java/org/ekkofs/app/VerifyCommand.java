package org.ekkofs.app;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import org.ekkofs.backup.Repository;
import org.ekkofs.backup.Verification;
import org.ekkofs.backup.VerificationReport;
import org.ekkofs.control.Units;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.BackupPath;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.TreeName;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code verify}: checks that what is stored is what was committed. */
@Command(
    name = "verify",
    header = "Check that what is stored is what was committed.",
    footer = {"", "Example:", "  ekkofs verify web/monday --read-data"})
final class VerifyCommand implements Action {
  @Parameters(
      arity = "0..1",
      paramLabel = "TREE[/NAME]",
      description = "What to check; everything if left out.")
  private Optional<String> what = Optional.empty();

  @Option(names = "--read-data", description = "Read and check all data, not only its presence.")
  private boolean readData;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public void run(Context context) {
    VerificationReport report = verify(context);
    if (json) {
      Json.print(context.out(), json(report));
    } else {
      print(context, report);
    }
    if (!report.allIsWell()) {
      throw new CorruptException("the repository is damaged: " + summary(report));
    }
  }

  private static String summary(VerificationReport report) {
    String backups =
        "%s in %s"
            .formatted(
                Sizes.count(report.problems().size(), "problem"),
                Sizes.count(damaged(report), "backup"));
    String trees = Sizes.count(report.trees().size(), "tree") + " cannot be read";
    if (report.trees().isEmpty()) {
      return backups;
    }
    return report.problems().isEmpty() ? trees : backups + "; " + trees;
  }

  private VerificationReport verify(Context context) {
    Optional<BackupPath> path = what.filter(text -> text.contains("/")).map(BackupPath::parse);
    Optional<TreeName> tree = path.map(BackupPath::tree).or(() -> what.map(TreeName::new));
    Optional<BackupName> name = path.map(BackupPath::name);
    try (Repository repository = context.open();
        ShownProgress progress = context.progress()) {
      return new Verification(repository).verify(tree, name, readData, progress);
    }
  }

  private static long damaged(VerificationReport report) {
    return report.problems().stream().map(VerificationReport.Problem::backup).distinct().count();
  }

  private static void print(Context context, VerificationReport report) {
    for (VerificationReport.TreeProblem problem : report.trees()) {
      context.out().println(problem.tree() + ": " + Failures.oneLine(problem.message()));
    }
    for (VerificationReport.Problem problem : report.problems()) {
      String range =
          problem
              .range()
              .map(bytes -> ", bytes %d to %d".formatted(bytes.from(), bytes.to()))
              .orElse("");
      context.out().println(problem.backup() + range + ": " + Failures.oneLine(problem.message()));
    }
    for (String note : report.notes()) {
      context.out().println("note: " + Failures.oneLine(note));
    }
    context.say(
        "checked %s with %s; read %s; %s"
            .formatted(
                Sizes.count(report.backups(), "backup"),
                Sizes.count(report.chunks(), "chunk"),
                Units.bytes(report.readBytes()),
                report.allIsWell() ? "all is well" : "found damage"));
  }

  private static ObjectNode json(VerificationReport report) {
    ObjectNode json = Json.object();
    json.put("backups", report.backups());
    json.put("chunks", report.chunks());
    json.put("readBytes", report.readBytes());
    ArrayNode problems = json.putArray("problems");
    for (VerificationReport.Problem problem : report.problems()) {
      ObjectNode entry = problems.addObject();
      entry.put("tree", problem.backup().tree().value());
      entry.put("name", problem.backup().name().value());
      problem.range().ifPresent(range -> entry.put("from", range.from()).put("to", range.to()));
      entry.put("message", problem.message());
    }
    for (VerificationReport.TreeProblem problem : report.trees()) {
      problems.addObject().put("tree", problem.tree().value()).put("message", problem.message());
    }
    ArrayNode notes = json.putArray("notes");
    report.notes().forEach(notes::add);
    return json;
  }
}
