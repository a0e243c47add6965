package org.ekkofs.app;

import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import org.ekkofs.control.Units;
import org.ekkofs.control.VerdictWords;
import org.ekkofs.model.BackupFigures;
import org.ekkofs.model.BackupName;

/** The table of backups that {@code ls} prints. */
final class BackupTable {
  private static final String NOTHING = "-";

  private BackupTable() {}

  /**
   * The table.
   *
   * @param withState whether to say how each stands
   */
  static Table of(List<BackupView> views, boolean withState, ZoneId zone) {
    List<Table.Column> columns =
        new ArrayList<>(
            List.of(
                Table.Column.left("NAME"),
                Table.Column.right("SIZE"),
                Table.Column.right("DATA"),
                Table.Column.right("NEW"),
                Table.Column.right("STORED"),
                Table.Column.right("FREES"),
                Table.Column.left("TAKEN"),
                Table.Column.left("PARENT")));
    boolean withProtected = views.stream().anyMatch(view -> view.backup().isProtected());
    if (withProtected) {
      columns.add(Table.Column.left("PROTECTED"));
    }
    columns.add(Table.Column.left("VERIFIED"));
    if (withState) {
      columns.add(Table.Column.left("STATE"));
    }
    Table table = new Table(columns);
    views.forEach(view -> table.add(row(view, withProtected, withState, zone)));
    return table;
  }

  private static List<String> row(
      BackupView view, boolean withProtected, boolean withState, ZoneId zone) {
    List<String> cells =
        new ArrayList<>(
            List.of(
                view.backup().name().value(),
                size(view, BackupFigures::diskBytes),
                size(view, BackupFigures::dataBytes),
                size(view, BackupFigures::newBytes),
                size(view, BackupFigures::storedBytes),
                view.freed().map(Units::bytes).orElse(NOTHING),
                Times.format(view.backup().taken(), zone),
                view.parent().map(BackupName::value).orElse(NOTHING)));
    if (withProtected) {
      cells.add(view.backup().isProtected() ? "yes" : NOTHING);
    }
    cells.add(
        view.backup().verdict().map(verdict -> VerdictWords.brief(verdict, zone)).orElse(NOTHING));
    if (withState) {
      cells.add(view.state());
    }
    return cells;
  }

  private static String size(BackupView view, ToLongFunction<BackupFigures> figure) {
    return view.figures().map(f -> Units.bytes(figure.applyAsLong(f))).orElse(NOTHING);
  }
}
