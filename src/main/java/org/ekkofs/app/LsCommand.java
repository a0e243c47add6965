package org.ekkofs.app;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.ekkofs.backup.Repository;
import org.ekkofs.backup.Tree;
import org.ekkofs.log.Phase;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.TreeName;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ls}: lists trees, or the backups of one. */
@Command(
    name = "ls",
    header = "List the trees, or the backups of one.",
    footer = {"", "Example:", "  ekkofs ls web"})
final class LsCommand implements Action {
  @Parameters(arity = "0..1", paramLabel = "TREE", description = "The tree; all if left out.")
  private Optional<TreeName> tree = Optional.empty();

  @Option(
      names = {"-a", "--all"},
      description = "Also show deleted and unfinished backups, and how each stands.")
  private boolean all;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public void run(Context context) {
    try (Repository repository = context.open()) {
      if (!json) {
        LogPlaces.limits(repository).ifPresent(context::note);
      }
      if (tree.isPresent()) {
        backups(context, repository, repository.tree(tree.get()));
      } else {
        trees(context, repository);
      }
    }
  }

  private static boolean isAround(TrackedBackup backup) {
    return !(backup.phase() instanceof Phase.Revoked || backup.phase() instanceof Phase.Swept);
  }

  private void trees(Context context, Repository repository) {
    DamagedTrees damaged = new DamagedTrees();
    List<TreeView> views = repository.trees(damaged).stream().map(TreeView::of).toList();
    if (json) {
      ArrayNode array = Json.array();
      views.forEach(view -> array.add(view.json()));
      Json.print(context.out(), array);
    } else {
      TreeView.table(views, context.zone()).print(context.out());
    }
    damaged.report();
  }

  private void backups(Context context, Repository repository, Tree selected) {
    List<TrackedBackup> known = selected.all();
    Predicate<TrackedBackup> shown = all ? LsCommand::isAround : TrackedBackup::isVisible;
    List<TrackedBackup> listed = known.stream().filter(shown).sorted(TreeView.BY_TIME).toList();
    List<BackupView> views;
    try (ShownProgress progress = context.progress()) {
      views = BackupView.of(repository, selected, listed, progress);
    }
    if (json) {
      ArrayNode array = Json.array();
      views.forEach(view -> array.add(view.json()));
      Json.print(context.out(), array);
    } else {
      BackupTable.of(views, all, context.zone()).print(context.out());
    }
    // What there is to be seen is better than nothing, but nobody shall take it for all.
    selected.lookForGap();
  }
}
