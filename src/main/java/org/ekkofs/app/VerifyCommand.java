package org.ekkofs.app;

import java.util.Optional;
import java.util.OptionalLong;
import org.ekkofs.backup.Repository;
import org.ekkofs.backup.Verification;
import org.ekkofs.backup.VerificationReport;
import org.ekkofs.backup.VerificationRequest;
import org.ekkofs.model.BackupPath;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.TreeName;
import org.ekkofs.model.Verdict;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code verify}: checks that what is stored is what was committed, and repairs it. */
@Command(
    name = "verify",
    header = "Check that what is stored is what was committed.",
    description = {
      "Goes on where a verification of the same kind was interrupted within the last week. Records",
      "the results in the repository: ls and show tell of them."
    },
    footer = {
      "",
      "Example:",
      "  ekkofs verify web/monday --read-data",
      "  ekkofs verify --read-data=5%%",
      "  ekkofs verify web --repair-from /dev/vg0/web"
    })
final class VerifyCommand implements Action {
  @Parameters(
      arity = "0..1",
      paramLabel = "TREE[/NAME]",
      description = "What to check; everything if left out.")
  private Optional<String> what = Optional.empty();

  @Option(
      names = "--read-data",
      arity = "0..1",
      paramLabel = "PERCENT",
      converter = DataShare.Converter.class,
      preprocessor = DataShare.Attached.class,
      description =
          "Read and check all data, not only its presence; or so much of it, others each time.")
  private Optional<DataShare> readData = Optional.empty();

  @Option(
      names = "--repair-from",
      paramLabel = "SOURCE",
      description =
          "Store again what is missing or damaged, from a disk or from another repository that has"
              + " the very content. Reads all data, unless told otherwise.")
  private Optional<String> repairFrom = Optional.empty();

  @Option(
      names = "--restart",
      description = "Begin anew, whatever an interrupted verification has done.")
  private boolean restart;

  @Option(names = "--seed", hidden = true, description = "Chooses what a sample reads.")
  private Optional<Long> seed = Optional.empty();

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public void run(Context context) {
    VerificationReport report = verify(context);
    VerificationView view = new VerificationView(report);
    report.warnings().forEach(warning -> context.warn(Failures.oneLine(warning)));
    if (json) {
      Json.print(context.out(), view.json());
    } else {
      view.problems().forEach(context.out()::println);
      view.notes(context.zone()).forEach(context::say);
      context.say(view.summary());
    }
    if (!report.allIsWell()) {
      throw new CorruptException("the repository is damaged: " + view.damage());
    }
  }

  private VerificationReport verify(Context context) {
    Optional<BackupPath> path = what.filter(text -> text.contains("/")).map(BackupPath::parse);
    VerificationRequest request =
        new VerificationRequest(
            path.map(BackupPath::tree).or(() -> what.map(TreeName::new)),
            path.map(BackupPath::name),
            readData.map(DataShare::percent).orElse(repairFrom.isPresent() ? Verdict.ALL : 0),
            seed.map(OptionalLong::of).orElseGet(OptionalLong::empty),
            restart);
    try (Repository repository = context.open();
        ShownProgress progress = context.progress()) {
      Verification verification = new Verification(repository);
      if (repairFrom.isEmpty()) {
        return verification.verify(request, progress);
      }
      try (RepairLocation source = RepairLocation.open(context, repairFrom.get())) {
        return verification.repair(request, source.source(), progress);
      }
    }
  }
}
