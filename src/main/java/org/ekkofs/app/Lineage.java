package org.ekkofs.app;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.ekkofs.control.Units;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.TreeName;

/**
 * The backups of a tree, each below the one it was taken relative to. Deleted ones are part of it
 * as long as something visible descends from them. Chains may be long: nothing here recurses.
 */
final class Lineage {
  /** Deeper than this, lines say how deep they are instead of moving on to the right. */
  private static final int MAX_INDENTS = 30;

  private final List<BackupView> roots = new ArrayList<>();
  private final Map<BackupId, List<BackupView>> children = new HashMap<>();

  private record Place(BackupView view, String indent, int depth, boolean last) {
    String line() {
      String mark = depth > MAX_INDENTS ? "[depth " + depth + "] " : "";
      return indent + (last ? "└── " : "├── ") + mark + label(view);
    }

    String indentBelow() {
      return depth >= MAX_INDENTS ? indent : indent + (last ? "    " : "│   ");
    }
  }

  private Lineage() {}

  /** The lineage of the visible ones among all backups of a tree. */
  static Lineage of(List<BackupView> all) {
    Set<BackupId> kept = kept(all);
    Lineage lineage = new Lineage();
    all.stream()
        .filter(view -> kept.contains(view.backup().id()))
        .sorted(Comparator.comparing(BackupView::backup, TreeView.BY_TIME))
        .forEach(lineage::add);
    return lineage;
  }

  private static Set<BackupId> kept(List<BackupView> all) {
    Map<BackupId, BackupView> byId = new HashMap<>();
    all.forEach(view -> byId.put(view.backup().id(), view));
    Set<BackupId> kept = new HashSet<>();
    for (BackupView view : all) {
      Optional<BackupView> next =
          Optional.of(view).filter(candidate -> candidate.backup().isVisible());
      while (next.isPresent() && kept.add(next.get().backup().id())) {
        next = next.get().backup().parent().flatMap(id -> Optional.ofNullable(byId.get(id)));
      }
    }
    return kept;
  }

  private void add(BackupView view) {
    view.backup()
        .parent()
        .map(id -> children.computeIfAbsent(id, unused -> new ArrayList<>()))
        .orElse(roots)
        .add(view);
  }

  private List<BackupView> below(BackupView view) {
    return children.getOrDefault(view.backup().id(), List.of());
  }

  /** The drawing, a line for each backup. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    Deque<Place> stack = new ArrayDeque<>();
    push(stack, roots, "", 1);
    while (!stack.isEmpty()) {
      Place place = stack.pop();
      lines.add(place.line());
      push(stack, below(place.view), place.indentBelow(), place.depth + 1);
    }
    return lines;
  }

  private static void push(Deque<Place> stack, List<BackupView> views, String indent, int depth) {
    for (int i = views.size() - 1; i >= 0; i--) {
      stack.push(new Place(views.get(i), indent, depth, i == views.size() - 1));
    }
  }

  private static String label(BackupView view) {
    String sizes =
        view.figures()
            .map(
                figures ->
                    "  %s, %s stored"
                        .formatted(
                            Units.bytes(figures.diskBytes()), Units.bytes(figures.storedBytes())))
            .orElse("");
    return view.backup().name() + sizes + (view.backup().isVisible() ? "" : "  (deleted)");
  }

  /** The same for programs: a flat list in which each names its parent. */
  ObjectNode json(TreeName tree) {
    ObjectNode json = Json.object();
    json.put("tree", tree.value());
    ArrayNode backups = json.putArray("backups");
    Deque<BackupView> queue = new ArrayDeque<>(roots);
    while (!queue.isEmpty()) {
      BackupView view = queue.remove();
      backups.add(view.json());
      queue.addAll(below(view));
    }
    return json;
  }
}
