package org.ekkofs.manifest;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.Layer;
import org.ekkofs.model.SegmentEntry;
import org.ekkofs.sqlite.Sqlite;

/** Writes a manifest in one pass, segments in ascending order. For one thread. */
public final class ManifestWriter implements AutoCloseable {
  private final Connection connection;
  private final PreparedStatement segments;
  private final PreparedStatement layers;
  private final Map<BackupId, Integer> owners = new HashMap<>();

  private ManifestWriter(Connection connection) throws SQLException {
    this.connection = connection;
    this.segments = connection.prepareStatement("INSERT INTO segments VALUES (?, ?)");
    this.layers = connection.prepareStatement("INSERT INTO layers VALUES (?, ?, ?, ?, ?)");
  }

  /** Begins a manifest in a file that must not exist yet. */
  public static ManifestWriter create(Path file, ManifestMeta meta) {
    try {
      Connection connection = Sqlite.openScratch(file);
      try {
        return begin(connection, meta);
      } catch (SQLException e) {
        connection.close();
        throw e;
      }
    } catch (SQLException e) {
      throw Sqlite.translate("writing the manifest", e);
    }
  }

  private static ManifestWriter begin(Connection connection, ManifestMeta meta)
      throws SQLException {
    Sqlite.execute(connection, ManifestSchema.CREATE);
    Sqlite.execute(connection, "BEGIN");
    ManifestWriter writer = new ManifestWriter(connection);
    writer.put(meta);
    return writer;
  }

  private void put(ManifestMeta meta) throws SQLException {
    try (PreparedStatement row = connection.prepareStatement("INSERT INTO meta VALUES (?, ?)")) {
      putRow(row, "backup", meta.backup().toString());
      putRow(row, "tree", meta.tree().value());
      putRow(row, "name", meta.name().value());
      if (meta.parent().isPresent()) {
        putRow(row, "parent", meta.parent().get().toString());
      }
      putRow(row, "disk_bytes", Long.toString(meta.geometry().diskBytes()));
      putRow(row, "segment_bytes", Integer.toString(meta.geometry().segmentSize().bytes()));
      putRow(row, "taken", meta.taken().toString());
    }
  }

  private static void putRow(PreparedStatement row, String key, String value) throws SQLException {
    row.setString(1, key);
    row.setString(2, value);
    row.executeUpdate();
  }

  /** Adds a segment, which must come after those that were added before. */
  public void add(SegmentEntry entry) {
    try {
      long segment = entry.segment().value();
      segments.setLong(1, segment);
      segments.setBytes(2, entry.digest().toBytes());
      segments.executeUpdate();
      for (Layer layer : entry.layers()) {
        add(segment, layer);
      }
    } catch (SQLException e) {
      throw Sqlite.translate("writing the manifest", e);
    }
  }

  private void add(long segment, Layer layer) throws SQLException {
    layers.setLong(1, segment);
    layers.setInt(2, owner(layer.chunk().owner()));
    layers.setLong(3, layer.chunk().segment().value());
    layers.setLong(4, layer.blocks().bits());
    layers.setLong(5, layer.storedBytes());
    layers.executeUpdate();
  }

  private int owner(BackupId owner) throws SQLException {
    Integer known = owners.get(owner);
    if (known != null) {
      return known;
    }
    int id = owners.size() + 1;
    try (PreparedStatement row = connection.prepareStatement("INSERT INTO owners VALUES (?, ?)")) {
      row.setInt(1, id);
      row.setBytes(2, owner.toBytes());
      row.executeUpdate();
    }
    owners.put(owner, id);
    return id;
  }

  /** Completes the file; nothing can be added after that. */
  public void finish() {
    try {
      Sqlite.execute(connection, "COMMIT");
      connection.close();
    } catch (SQLException e) {
      throw Sqlite.translate("writing the manifest", e);
    }
  }

  /** Releases the file, complete or not. */
  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw Sqlite.translate("closing the manifest", e);
    }
  }
}
