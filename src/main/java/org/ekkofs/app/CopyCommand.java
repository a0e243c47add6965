package org.ekkofs.app;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.ekkofs.backup.Copies;
import org.ekkofs.backup.CopyPreview;
import org.ekkofs.backup.CopyReport;
import org.ekkofs.backup.CopyRequest;
import org.ekkofs.backup.Repository;
import org.ekkofs.backup.VerificationReport;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.BackupPath;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.TreeName;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code copy}: copies backups into another repository. */
@Command(
    name = "copy",
    header = "Copy backups into another repository.",
    description = {
      "Copies what the other repository lacks, and goes on where it was interrupted. What backups",
      "share here they share there. Names and times stay; ids are new."
    },
    footer = {
      "",
      "Example:",
      "  ekkofs copy web --to s3://offsite/backups",
      "  ekkofs copy web/monday web/tuesday --to /mnt/usb --verify --read-data=5%%"
    })
final class CopyCommand implements Action {
  @Parameters(
      arity = "1..*",
      paramLabel = "TREE[/NAME]",
      description = "What to copy: a whole tree, or single backups.")
  private List<String> what = new ArrayList<>();

  @Mixin private CopyDestination destination = new CopyDestination();

  @Option(
      names = "--as",
      paramLabel = "TREE",
      description = "The tree to copy into; of the same name if left out.")
  private Optional<TreeName> as = Optional.empty();

  @Option(names = "--dry-run", description = "Change nothing; say what would be copied.")
  private boolean dryRun;

  @Option(
      names = "--verify",
      description = "Check after that that what was copied is all there, and record it.")
  private boolean verify;

  @Option(
      names = "--read-data",
      arity = "0..1",
      paramLabel = "PERCENT",
      converter = DataShare.Converter.class,
      preprocessor = DataShare.Attached.class,
      description = "With --verify: also read it back, all or so much of it.")
  private Optional<DataShare> readData = Optional.empty();

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public void run(Context context) {
    if (readData.isPresent() && !verify) {
      throw new InvalidException("--read-data goes with --verify");
    }
    List<CopyRequest> requests = requests();
    Context there = destination.context(context);
    try (Repository source = context.open();
        Repository target = there.open()) {
      Copies copies = new Copies(source, target);
      if (dryRun) {
        preview(context, copies, requests);
      } else {
        copy(context, copies, target, requests);
      }
    }
  }

  /** One request a tree, in the order in which they were named. */
  private List<CopyRequest> requests() {
    Map<TreeName, Set<BackupName>> trees = new LinkedHashMap<>();
    Set<TreeName> whole = new LinkedHashSet<>();
    for (String text : what) {
      boolean isBackup = text.contains("/");
      TreeName tree = isBackup ? BackupPath.parse(text).tree() : new TreeName(text);
      Set<BackupName> names = trees.computeIfAbsent(tree, any -> new LinkedHashSet<>());
      if (isBackup) {
        names.add(BackupPath.parse(text).name());
      } else {
        whole.add(tree);
      }
    }
    if (as.isPresent() && trees.size() > 1) {
      throw new InvalidException("--as goes with backups of one tree");
    }
    return trees.entrySet().stream()
        .map(
            tree ->
                new CopyRequest(
                    tree.getKey(),
                    whole.contains(tree.getKey()) ? Set.of() : tree.getValue(),
                    as.orElse(tree.getKey())))
        .toList();
  }

  private void preview(Context context, Copies copies, List<CopyRequest> requests) {
    CopyJson output = new CopyJson();
    for (CopyRequest request : requests) {
      try (ShownProgress progress = context.progress()) {
        CopyPreview preview = copies.preview(request, progress);
        if (json) {
          output.add(request, preview);
        } else {
          CopyText.of(request, preview).forEach(context.out()::println);
        }
      }
    }
    if (json) {
      output.print(context.out());
    }
  }

  private void copy(Context context, Copies copies, Repository target, List<CopyRequest> requests) {
    CopyJson output = new CopyJson();
    List<CopyReport.Failure> failures = new ArrayList<>();
    boolean damaged = false;
    for (CopyRequest request : requests) {
      CopyReport report = copy(context, copies, request);
      Optional<VerificationReport> verified = verify(context, target, request, report);
      failures.addAll(report.failures());
      damaged |= verified.filter(found -> !found.allIsWell()).isPresent();
      if (json) {
        output.add(request, report, verified);
      } else {
        say(context, request, report, verified);
      }
    }
    if (json) {
      output.print(context.out());
    }
    end(failures, damaged);
  }

  private static CopyReport copy(Context context, Copies copies, CopyRequest request) {
    try (ShownProgress progress = context.progress()) {
      return copies.copy(request, progress);
    }
  }

  private Optional<VerificationReport> verify(
      Context context, Repository target, CopyRequest request, CopyReport report) {
    if (!verify || report.copied().isEmpty()) {
      return Optional.empty();
    }
    try (ShownProgress progress = context.progress()) {
      int percent = readData.map(DataShare::percent).orElse(0);
      return Optional.of(
          new CopyVerification(target, request.as()).verify(report.copied(), percent, progress));
    }
  }

  private static void say(
      Context context,
      CopyRequest request,
      CopyReport report,
      Optional<VerificationReport> verified) {
    CopyText.problems(report).forEach(context.out()::println);
    report.deleted().forEach(path -> context.say(path + ": deleted meanwhile"));
    verified
        .map(VerificationView::new)
        .ifPresent(view -> view.problems().forEach(context.out()::println));
    context.say(CopyText.summary(request, report));
    verified.map(VerificationView::new).ifPresent(view -> context.say(view.summary()));
  }

  private static void end(List<CopyReport.Failure> failures, boolean damaged) {
    Optional<EkkofsException> worst =
        failures.stream()
            .map(CopyReport.Failure::cause)
            .filter(CorruptException.class::isInstance)
            .findFirst()
            .or(() -> failures.stream().map(CopyReport.Failure::cause).findFirst());
    if (worst.isPresent()) {
      throw new ReportedFailure(
          worst.get().kind().exitStatus(),
          Sizes.count(failures.size(), "backup") + " could not be copied");
    }
    if (damaged) {
      throw new CorruptException("what was copied is damaged in the destination");
    }
  }
}
