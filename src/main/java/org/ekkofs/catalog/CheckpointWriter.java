package org.ekkofs.catalog;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.ekkofs.log.Phase;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.log.TreeState;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.TreeName;
import org.ekkofs.sqlite.Sqlite;

/** Writes the state of a tree, and references of its backups, into the database of a checkpoint. */
public final class CheckpointWriter {
  static final int APPLICATION_ID = 0x454B4350;

  /** Rises with every change of {@link CatalogRows#SCHEMA}, and of what its columns mean. */
  static final int VERSION = 2;

  /** Longer ones are left out. */
  static final int MAX_REFERENCES_BYTES = 8 << 20;

  /** How much the references of all backups may take; of the oldest there are none, if need be. */
  private static final long MAX_ALL_REFERENCES_BYTES = 48 << 20;

  private CheckpointWriter() {}

  /** The backups whose references belong into a checkpoint: the newest, as far as they fit. */
  public static List<TrackedBackup> referring(TreeState state) {
    List<TrackedBackup> chosen = new ArrayList<>();
    List<TrackedBackup> backups = List.copyOf(state.backups());
    long left = MAX_ALL_REFERENCES_BYTES;
    for (int n = backups.size() - 1; n >= 0; n--) {
      if (backups.get(n).phase() instanceof Phase.Committed committed) {
        long length = committed.commit().references().length();
        if (length > left) {
          break;
        }
        if (length <= MAX_REFERENCES_BYTES) {
          chosen.add(backups.get(n));
          left -= length;
        }
      }
    }
    return chosen;
  }

  /**
   * Writes the database.
   *
   * @param database where to write it; there is no such file
   * @param state of a tree that was created
   * @param references what is at hand of the references of a backup; asked for those {@link
   *     #referring}
   * @throws org.ekkofs.model.FailedException if it cannot be written
   */
  public static void write(
      Path database,
      TreeName tree,
      TreeState state,
      Function<BackupId, Optional<byte[]>> references) {
    try (Connection connection = Sqlite.openScratch(database)) {
      Sqlite.execute(connection, "PRAGMA application_id = " + APPLICATION_ID);
      Sqlite.execute(connection, "PRAGMA user_version = " + VERSION);
      Sqlite.execute(connection, CatalogRows.SCHEMA);
      Sqlite.execute(connection, "BEGIN");
      CatalogRows.writeState(connection, tree, state, state.backups());
      for (TrackedBackup backup : referring(state)) {
        Optional<byte[]> bytes = references.apply(backup.id());
        if (bytes.isPresent() && bytes.get().length <= MAX_REFERENCES_BYTES) {
          FactRows.write(connection, tree, Fact.REFERENCES, Map.of(backup.id(), bytes.get()));
        }
      }
      Sqlite.execute(connection, "COMMIT");
    } catch (SQLException e) {
      throw Sqlite.translate("the checkpoint", e);
    }
  }
}
