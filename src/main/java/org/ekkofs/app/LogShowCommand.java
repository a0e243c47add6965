package org.ekkofs.app;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.ekkofs.backup.Repository;
import org.ekkofs.backup.Tree;
import org.ekkofs.model.Slot;
import org.ekkofs.model.TreeName;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code log show}: where the logs live, and how long they are. */
@Command(
    name = "show",
    header = "Show where the logs live, and the newest record of each tree.",
    footer = {"", "Example:", "  ekkofs log show"})
final class LogShowCommand implements Action {
  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public void run(Context context) {
    try (Repository repository = context.open()) {
      DamagedTrees damaged = new DamagedTrees();
      Map<TreeName, Slot> newest = new TreeMap<>();
      for (Tree tree : repository.trees(damaged)) {
        newest.put(tree.name(), tree.sight().slot());
      }
      if (json) {
        Json.print(context.out(), json(repository, newest));
      } else {
        context.out().println("the log is " + LogPlaces.describe(repository.descriptor().log()));
        table(newest).print(context.out());
      }
      damaged.report();
    }
  }

  private static ObjectNode json(Repository repository, Map<TreeName, Slot> newest) {
    ObjectNode json = Json.object();
    LogPlaces.json(repository.descriptor().log(), json);
    ArrayNode trees = json.putArray("trees");
    newest.forEach(
        (tree, slot) ->
            trees.addObject().put("tree", tree.value()).put("newestRecord", slot.value()));
    return json;
  }

  private static Table table(Map<TreeName, Slot> newest) {
    Table table =
        new Table(List.of(Table.Column.left("TREE"), Table.Column.right("NEWEST RECORD")));
    newest.forEach((tree, slot) -> table.add(List.of(tree.value(), slot.toString())));
    return table;
  }
}
