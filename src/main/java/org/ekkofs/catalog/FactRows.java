package org.ekkofs.catalog;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.TreeName;

/** Facts of backups as rows of the catalog. */
final class FactRows {
  static final String SCHEMA =
      """
      CREATE TABLE IF NOT EXISTS facts (
        tree TEXT NOT NULL, kind INTEGER NOT NULL, backup BLOB NOT NULL, bytes BLOB NOT NULL,
        UNIQUE (tree, kind, backup))""";

  private FactRows() {}

  static Map<BackupId, byte[]> read(
      Connection connection, TreeName tree, Fact fact, Collection<BackupId> backups)
      throws SQLException {
    Map<BackupId, byte[]> facts = new HashMap<>();
    try (PreparedStatement query =
        connection.prepareStatement(
            "SELECT bytes FROM facts WHERE tree = ? AND kind = ? AND backup = ?")) {
      query.setString(1, tree.value());
      query.setInt(2, fact.number());
      for (BackupId backup : backups) {
        query.setBytes(3, backup.toBytes());
        try (ResultSet row = query.executeQuery()) {
          byte[] bytes = row.next() ? row.getBytes(1) : null;
          if (bytes != null) {
            facts.put(backup, bytes);
          }
        }
      }
    }
    return facts;
  }

  /** Shows what is known of all backups of a tree. */
  static void readAll(
      Connection connection, TreeName tree, Fact fact, BiConsumer<BackupId, byte[]> consumer)
      throws SQLException {
    try (PreparedStatement query =
        connection.prepareStatement(
            "SELECT backup, bytes FROM facts WHERE tree = ? AND kind = ?")) {
      query.setString(1, tree.value());
      query.setInt(2, fact.number());
      try (ResultSet row = query.executeQuery()) {
        while (row.next()) {
          consumer.accept(BackupId.fromBytes(CatalogRows.bytes(row, 1)), CatalogRows.bytes(row, 2));
        }
      }
    }
  }

  static void write(Connection connection, TreeName tree, Fact fact, Map<BackupId, byte[]> facts)
      throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT OR REPLACE INTO facts VALUES (?, ?, ?, ?)")) {
      for (Map.Entry<BackupId, byte[]> entry : facts.entrySet()) {
        insert.setString(1, tree.value());
        insert.setInt(2, fact.number());
        insert.setBytes(3, entry.getKey().toBytes());
        insert.setBytes(4, entry.getValue());
        insert.executeUpdate();
      }
    }
  }

  static void delete(Connection connection, TreeName tree, Collection<BackupId> backups)
      throws SQLException {
    try (PreparedStatement delete =
        connection.prepareStatement("DELETE FROM facts WHERE tree = ? AND backup = ?")) {
      for (BackupId backup : backups) {
        delete.setString(1, tree.value());
        delete.setBytes(2, backup.toBytes());
        delete.executeUpdate();
      }
    }
  }
}
