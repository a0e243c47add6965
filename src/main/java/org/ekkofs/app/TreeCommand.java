package org.ekkofs.app;

import java.util.List;
import org.ekkofs.backup.Repository;
import org.ekkofs.backup.Tree;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.TreeName;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tree}: draws which backup was taken relative to which. */
@Command(
    name = "tree",
    header = "Draw a tree: each backup below its parent.",
    footer = {"", "Example:", "  ekkofs tree web"})
final class TreeCommand implements Action {
  @Parameters(paramLabel = "TREE", description = "The tree.")
  private TreeName name;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public void run(Context context) {
    try (Repository repository = context.open()) {
      Tree tree = repository.tree(name);
      List<TrackedBackup> all = tree.all();
      Lineage lineage = Lineage.of(BackupView.of(tree.name(), all, all));
      if (json) {
        Json.print(context.out(), lineage.json(tree.name()));
      } else {
        context.out().println(tree.name());
        lineage.lines().forEach(context.out()::println);
      }
    }
  }
}
