package org.ekkofs.app;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.ekkofs.backup.DiskUse;
import org.ekkofs.backup.Repository;
import org.ekkofs.backup.SweepOptions;
import org.ekkofs.backup.SweepReport;
import org.ekkofs.backup.Sweeps;
import org.ekkofs.backup.Tree;
import org.ekkofs.control.Command;
import org.ekkofs.control.SweepText;
import org.ekkofs.control.SweepTrees;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.TreeName;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sweep}: gives back the space of deleted backups. */
@picocli.CommandLine.Command(
    name = "sweep",
    header = "Give back the space of deleted backups, for good.",
    description =
        "What was deleted within the undo window stays, and so does what an unfinished snapshot may"
            + " need.",
    footer = {"", "Example:", "  ekkofs sweep --dry-run", "  ekkofs sweep web --now"})
final class SweepCommand implements ControlAction {
  @Parameters(arity = "0..1", paramLabel = "TREE", description = "The tree; all if left out.")
  private Optional<TreeName> tree = Optional.empty();

  @Option(names = "--dry-run", description = "Change nothing; say what would go, and what waits.")
  private boolean dryRun;

  @Option(names = "--now", description = "Also take what was deleted within the undo window.")
  private boolean now;

  @Option(
      names = "--undo-window",
      paramLabel = "DURATION",
      description = "What was deleted within this time stays; default 24h.")
  private Optional<Duration> undoWindow = Optional.empty();

  @Option(
      names = "--abandoned-after",
      paramLabel = "DURATION",
      description = "Give up snapshots that have stored nothing for this time; default 48h.")
  private Optional<Duration> abandonedAfter = Optional.empty();

  @Option(
      names = "--thorough",
      description = "List all chunks, and take those too that nobody can account for.")
  private boolean thorough;

  @Option(names = "--list", description = "With --dry-run: also each object, with its bytes.")
  private boolean list;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Command.Sweep command() {
    if (list || json) {
      throw new InvalidException("--list and --json are for the command line only");
    }
    return parsed();
  }

  private Command.Sweep parsed() {
    if (now && undoWindow.isPresent()) {
      throw new InvalidException("--now means --undo-window 0; give only one of them");
    }
    if (list && !dryRun) {
      throw new InvalidException("--list goes with --dry-run");
    }
    Duration window = now ? Duration.ZERO : undoWindow.orElse(SweepOptions.UNDO_WINDOW);
    return new Command.Sweep(
        tree,
        new SweepOptions(window, abandonedAfter.orElse(SweepOptions.PATIENCE), thorough),
        dryRun);
  }

  @Override
  public void run(Context context) {
    Command.Sweep command = parsed();
    DamagedTrees damaged = new DamagedTrees();
    try (Repository repository = context.open()) {
      if (json) {
        sweepInJson(context, repository, command, damaged);
      } else {
        sweep(context, repository, command, damaged);
      }
    }
    damaged.report();
  }

  private void sweep(
      Context context, Repository repository, Command.Sweep command, DamagedTrees damaged) {
    SweepTrees trees = new SweepTrees(repository, DiskUse.NONE);
    boolean[] said = new boolean[1];
    trees.each(
        command.tree(),
        swept -> {
          SweepReport report = run(context, trees, swept, command, listed(context));
          SweepText text =
              new SweepText(report, command.options(), command.dryRun(), context.zone());
          if (text.isWorthSaying() || command.tree().isPresent()) {
            said[0] = true;
            say(context, text);
          }
        },
        (broken, failure) -> {
          said[0] = true;
          context
              .out()
              .println(
                  broken
                      + ": not swept: "
                      + Failures.oneLine(String.valueOf(failure.getMessage())));
          damaged.accept(broken, failure);
        });
    if (!said[0]) {
      context.say("there was nothing to sweep");
    }
  }

  private void say(Context context, SweepText text) {
    if (dryRun) {
      context.out().println(text.result());
      text.details().forEach(line -> context.out().println("  " + line));
    } else {
      context.say(text.result());
      text.remarks().forEach(line -> context.say("  " + line));
    }
  }

  private Consumer<Sweeps.Doomed> listed(Context context) {
    return object -> {
      if (list) {
        context.out().println(object.bytes() + " " + object.key());
      }
    };
  }

  private static SweepReport run(
      Context context,
      SweepTrees trees,
      Tree tree,
      Command.Sweep command,
      Consumer<Sweeps.Doomed> consumer) {
    try (ShownProgress progress = context.progress()) {
      return trees.sweep(tree, command, progress, consumer);
    }
  }

  private void sweepInJson(
      Context context, Repository repository, Command.Sweep command, DamagedTrees damaged) {
    SweepTrees trees = new SweepTrees(repository, DiskUse.NONE);
    try (SweepJson output = new SweepJson(context.out(), command)) {
      trees.each(
          command.tree(),
          swept ->
              output.tree(
                  swept.name(), list, consumer -> run(context, trees, swept, command, consumer)),
          (broken, failure) -> {
            output.failed(broken, failure);
            damaged.accept(broken, failure);
          });
    }
  }
}
