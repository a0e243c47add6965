package org.ekkofs.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.ZoneId;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.ekkofs.backup.Tree;
import org.ekkofs.control.Units;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.LogEvent;
import org.ekkofs.model.TreeName;

/**
 * A tree as listings show it.
 *
 * @param visible its visible backups, oldest first
 * @param storedBytes what the chunks of its backups take in the store, also of deleted ones that no
 *     sweep has taken yet
 */
record TreeView(
    TreeName name, LogEvent.Create settings, List<TrackedBackup> visible, long storedBytes) {
  /** Oldest first. */
  static final Comparator<TrackedBackup> BY_TIME =
      Comparator.comparing(TrackedBackup::taken).thenComparing(TrackedBackup::slot);

  /** A tree as it was when the store was asked last. */
  static TreeView of(Tree tree) {
    List<TrackedBackup> all = tree.known();
    return new TreeView(
        tree.name(),
        tree.settings(),
        all.stream().filter(TrackedBackup::isVisible).sorted(BY_TIME).toList(),
        tree.storedBytes());
  }

  Optional<TrackedBackup> newest() {
    return visible.isEmpty() ? Optional.empty() : Optional.of(visible.get(visible.size() - 1));
  }

  static Table table(List<TreeView> views, ZoneId zone) {
    Table table =
        new Table(
            List.of(
                Table.Column.left("TREE"),
                Table.Column.right("BACKUPS"),
                Table.Column.right("STORED"),
                Table.Column.left("NEWEST"),
                Table.Column.left("TAKEN")));
    for (TreeView view : views) {
      table.add(
          List.of(
              view.name.value(),
              Integer.toString(view.visible.size()),
              Units.bytes(view.storedBytes),
              view.newest().map(backup -> backup.name().value()).orElse("-"),
              view.newest().map(backup -> Times.format(backup.taken(), zone)).orElse("-")));
    }
    return table;
  }

  ObjectNode json() {
    ObjectNode json = Json.object();
    json.put("tree", name.value());
    json.put("backups", visible.size());
    json.put("storedBytes", storedBytes);
    json.put("segmentBytes", settings.segmentSize().bytes());
    json.put("compression", settings.compression().level());
    newest()
        .ifPresent(
            backup ->
                json.put("newest", backup.name().value()).put("taken", backup.taken().toString()));
    return json;
  }
}
