package org.ekkofs.catalog;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.ekkofs.log.Phase;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.log.TreeState;
import org.ekkofs.model.TreeName;
import org.ekkofs.sqlite.Sqlite;

/** Writes the state of a tree, and references of its backups, into the database of a checkpoint. */
public final class CheckpointWriter {
  static final int APPLICATION_ID = 0x454B4350;

  /** Rises with every change of {@link CatalogRows#SCHEMA}, and of what its columns mean. */
  static final int VERSION = 1;

  static final String REFERENCES =
      "CREATE TABLE kept_references (backup BLOB PRIMARY KEY, bytes BLOB NOT NULL)";

  /** Longer ones are left out. */
  static final int MAX_REFERENCES_BYTES = 8 << 20;

  /** How much the references of all backups may take; of the oldest there are none, if need be. */
  private static final long MAX_ALL_REFERENCES_BYTES = 48 << 20;

  private CheckpointWriter() {}

  /**
   * Writes the database.
   *
   * @param database where to write it; there is no such file
   * @param state of a tree that was created
   * @param references what is at hand of them, asked for committed backups, the newest first
   * @throws org.ekkofs.model.FailedException if it cannot be written
   */
  public static void write(
      Path database,
      TreeName tree,
      TreeState state,
      Function<TrackedBackup, Optional<byte[]>> references) {
    try (Connection connection = Sqlite.openScratch(database)) {
      Sqlite.execute(connection, "PRAGMA application_id = " + APPLICATION_ID);
      Sqlite.execute(connection, "PRAGMA user_version = " + VERSION);
      Sqlite.execute(connection, CatalogRows.SCHEMA);
      Sqlite.execute(connection, REFERENCES, "BEGIN");
      CatalogRows.writeState(connection, tree, state, state.backups());
      writeReferences(connection, List.copyOf(state.backups()), references);
      Sqlite.execute(connection, "COMMIT");
    } catch (SQLException e) {
      throw Sqlite.translate("the checkpoint", e);
    }
  }

  private static void writeReferences(
      Connection connection,
      List<TrackedBackup> backups,
      Function<TrackedBackup, Optional<byte[]>> references)
      throws SQLException {
    long left = MAX_ALL_REFERENCES_BYTES;
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO kept_references VALUES (?, ?)")) {
      for (int n = backups.size() - 1; n >= 0 && left > 0; n--) {
        TrackedBackup backup = backups.get(n);
        Optional<byte[]> bytes =
            backup.phase() instanceof Phase.Committed
                ? references.apply(backup).filter(found -> found.length <= MAX_REFERENCES_BYTES)
                : Optional.empty();
        left -= bytes.map(found -> found.length).orElse(0);
        if (bytes.isPresent() && left >= 0) {
          insert.setBytes(1, backup.id().toBytes());
          insert.setBytes(2, bytes.get());
          insert.executeUpdate();
        }
      }
    }
  }
}
