package org.ekkofs.catalog;

import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.ekkofs.format.RecordCodec;
import org.ekkofs.log.PendingPlan;
import org.ekkofs.log.Phase;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.log.TreeState;
import org.ekkofs.model.BackupFigures;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.Compression;
import org.ekkofs.model.Copied;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.Digest;
import org.ekkofs.model.LogEvent;
import org.ekkofs.model.LogRecord;
import org.ekkofs.model.Origin;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.model.Slot;
import org.ekkofs.model.StoredObject;
import org.ekkofs.model.TreeName;
import org.ekkofs.model.Verdict;
import org.ekkofs.model.WriterProcess;

/** States of trees as rows of a database: of the catalog, and of checkpoints. */
final class CatalogRows {
  static final String[] SCHEMA = {
    """
    CREATE TABLE IF NOT EXISTS trees (
      tree TEXT PRIMARY KEY, slot INTEGER NOT NULL, last BLOB NOT NULL,
      segment_bytes INTEGER NOT NULL, compression INTEGER NOT NULL, last_plan INTEGER NOT NULL,
      stored_bytes INTEGER NOT NULL)
      WITHOUT ROWID""",
    """
    CREATE TABLE IF NOT EXISTS plans (
      tree TEXT NOT NULL, slot INTEGER NOT NULL, plan BLOB NOT NULL, backups BLOB NOT NULL,
      PRIMARY KEY (tree, slot)) WITHOUT ROWID""",
    """
    CREATE TABLE IF NOT EXISTS backups (
      tree TEXT NOT NULL, slot INTEGER NOT NULL, id BLOB NOT NULL, name TEXT NOT NULL, parent BLOB,
      taken INTEGER NOT NULL, host TEXT NOT NULL, boot TEXT NOT NULL, pid INTEGER NOT NULL,
      started INTEGER NOT NULL, phase INTEGER NOT NULL, committed_at INTEGER,
      manifest_sha256 BLOB, manifest_length INTEGER, manifest_raw INTEGER,
      references_sha256 BLOB, references_length INTEGER, references_raw INTEGER,
      disk_bytes INTEGER, data_bytes INTEGER, new_bytes INTEGER, stored_bytes INTEGER,
      new_chunks INTEGER, hidden_at INTEGER, hidden_time INTEGER,
      plan BLOB, verified_time INTEGER, verified_percent INTEGER, verified_sound INTEGER,
      protected INTEGER NOT NULL,
      origin_repository TEXT, origin_backup BLOB, origin_taken TEXT, continues BLOB,
      PRIMARY KEY (tree, slot)) WITHOUT ROWID""",
    FactRows.SCHEMA
  };

  private static final int COLUMNS = 34;
  private static final int OPEN = 0;
  private static final int VISIBLE = 1;
  private static final int HIDDEN = 2;
  private static final int REVOKED = 3;
  private static final int PLANNED = 4;
  private static final int SWEPT = 5;

  private CatalogRows() {}

  /** What the tree's log had added up to; empty if the database knows nothing of it. */
  static Optional<TreeState> readState(Connection connection, TreeName tree) throws SQLException {
    try (PreparedStatement query =
        connection.prepareStatement(
            "SELECT slot, last, segment_bytes, compression, last_plan, stored_bytes FROM trees WHERE tree = ?")) {
      query.setString(1, tree.value());
      try (ResultSet row = query.executeQuery()) {
        if (!row.next()) {
          return Optional.empty();
        }
        return Optional.of(
            TreeState.resume(
                new LogEvent.Create(new SegmentSize(row.getInt(3)), new Compression(row.getInt(4))),
                new Slot(row.getLong(1)),
                RecordCodec.decode(bytes(row, 2)),
                read(connection, tree),
                plans(connection, tree),
                new Slot(row.getLong(5)),
                row.getLong(6)));
      }
    }
  }

  /** The record in the slot at which the tree's log was; empty if that was another slot. */
  static Optional<LogRecord> readLast(Connection connection, TreeName tree, Slot slot)
      throws SQLException {
    try (PreparedStatement query =
        connection.prepareStatement("SELECT last FROM trees WHERE tree = ? AND slot = ?")) {
      query.setString(1, tree.value());
      query.setLong(2, slot.value());
      try (ResultSet row = query.executeQuery()) {
        return row.next() ? Optional.of(RecordCodec.decode(bytes(row, 1))) : Optional.empty();
      }
    }
  }

  /** Writes a state of a tree that exists, but of its backups only these. */
  static void writeState(
      Connection connection, TreeName tree, TreeState state, Collection<TrackedBackup> backups)
      throws SQLException {
    write(connection, tree, backups);
    writePlans(connection, tree, state.plans());
    LogEvent.Create settings = state.settings().orElseThrow();
    try (PreparedStatement upsert =
        connection.prepareStatement("INSERT OR REPLACE INTO trees VALUES (?, ?, ?, ?, ?, ?, ?)")) {
      upsert.setString(1, tree.value());
      upsert.setLong(2, state.slot().value());
      upsert.setBytes(3, RecordCodec.encode(state.last().orElseThrow()));
      upsert.setInt(4, settings.segmentSize().bytes());
      upsert.setInt(5, settings.compression().level());
      upsert.setLong(6, state.lastPlan().value());
      upsert.setLong(7, state.storedBytes());
      upsert.executeUpdate();
    }
  }

  private static List<TrackedBackup> read(Connection connection, TreeName tree)
      throws SQLException {
    List<TrackedBackup> backups = new ArrayList<>();
    try (PreparedStatement query =
        connection.prepareStatement("SELECT * FROM backups WHERE tree = ? ORDER BY slot")) {
      query.setString(1, tree.value());
      try (ResultSet row = query.executeQuery()) {
        while (row.next()) {
          backups.add(backup(row));
        }
      }
    }
    return backups;
  }

  static byte[] bytes(ResultSet row, int column) throws SQLException {
    byte[] bytes = row.getBytes(column);
    if (bytes == null) {
      throw new CorruptException("the database lacks a value");
    }
    return bytes;
  }

  private static String text(ResultSet row, int column) throws SQLException {
    String text = row.getString(column);
    if (text == null) {
      throw new CorruptException("the database lacks a value");
    }
    return text;
  }

  private static TrackedBackup backup(ResultSet row) throws SQLException {
    BackupId id = BackupId.fromBytes(bytes(row, 3));
    return new TrackedBackup(
        id,
        new BackupName(text(row, 4)),
        Optional.ofNullable(row.getBytes(5)).map(BackupId::fromBytes),
        new Slot(row.getLong(2)),
        Instant.ofEpochMilli(row.getLong(6)),
        new WriterProcess(text(row, 7), text(row, 8), row.getLong(9), row.getLong(10)),
        phase(id, row),
        row.getBoolean(30),
        verdict(row),
        copied(row));
  }

  private static Optional<Copied> copied(ResultSet row) throws SQLException {
    Optional<BackupId> continues = Optional.ofNullable(row.getBytes(34)).map(BackupId::fromBytes);
    if (row.getBytes(32) == null) {
      return Optional.empty();
    }
    try {
      Origin origin =
          new Origin(
              UUID.fromString(text(row, 31)),
              BackupId.fromBytes(bytes(row, 32)),
              Instant.parse(text(row, 33)));
      return Optional.of(new Copied(origin, continues));
    } catch (DateTimeException | IllegalArgumentException e) {
      throw new CorruptException("impossible origin of a copy in the database", e);
    }
  }

  private static Optional<Verdict> verdict(ResultSet row) throws SQLException {
    long time = row.getLong(27);
    return row.wasNull()
        ? Optional.empty()
        : Optional.of(new Verdict(Instant.ofEpochMilli(time), row.getInt(28), row.getBoolean(29)));
  }

  private static Phase phase(BackupId id, ResultSet row) throws SQLException {
    return switch (row.getInt(11)) {
      case OPEN -> new Phase.Open();
      case VISIBLE -> new Phase.Visible(commit(id, row), new Slot(row.getLong(12)));
      case HIDDEN ->
          new Phase.Hidden(
              commit(id, row),
              new Slot(row.getLong(12)),
              new Slot(row.getLong(24)),
              Instant.ofEpochMilli(row.getLong(25)));
      case REVOKED -> new Phase.Revoked();
      case PLANNED -> new Phase.Planned(Digest.of(bytes(row, 26)));
      case SWEPT -> new Phase.Swept();
      default -> throw new CorruptException("unknown phase in the database");
    };
  }

  private static LogEvent.Commit commit(BackupId id, ResultSet row) throws SQLException {
    return new LogEvent.Commit(
        id,
        stored(row, 13),
        stored(row, 16),
        new BackupFigures(
            row.getLong(19), row.getLong(20), row.getLong(21), row.getLong(22), row.getLong(23)));
  }

  private static StoredObject stored(ResultSet row, int column) throws SQLException {
    return new StoredObject(
        Digest.of(bytes(row, column)), row.getLong(column + 1), row.getLong(column + 2));
  }

  private static void write(Connection connection, TreeName tree, Collection<TrackedBackup> backups)
      throws SQLException {
    String places = "?, ".repeat(COLUMNS - 1) + "?";
    try (PreparedStatement upsert =
        connection.prepareStatement("INSERT OR REPLACE INTO backups VALUES (" + places + ")")) {
      for (TrackedBackup backup : backups) {
        bind(upsert, tree, backup);
        upsert.executeUpdate();
      }
    }
  }

  private static void bind(PreparedStatement row, TreeName tree, TrackedBackup backup)
      throws SQLException {
    for (int column = 12; column <= COLUMNS; column++) {
      row.setNull(column, Types.NULL);
    }
    row.setString(1, tree.value());
    row.setLong(2, backup.slot().value());
    row.setBytes(3, backup.id().toBytes());
    row.setString(4, backup.name().value());
    if (backup.parent().isPresent()) {
      row.setBytes(5, backup.parent().get().toBytes());
    } else {
      row.setNull(5, Types.BLOB);
    }
    row.setLong(6, backup.begun().toEpochMilli());
    row.setString(7, backup.writer().host());
    row.setString(8, backup.writer().bootId());
    row.setLong(9, backup.writer().pid());
    row.setLong(10, backup.writer().startedMillis());
    bindPhase(row, backup.phase());
    row.setBoolean(30, backup.isProtected());
    if (backup.verdict().isPresent()) {
      Verdict verdict = backup.verdict().get();
      row.setLong(27, verdict.time().toEpochMilli());
      row.setInt(28, verdict.percent());
      row.setBoolean(29, verdict.sound());
    }
    if (backup.copied().isPresent()) {
      bindCopied(row, backup.copied().get());
    }
  }

  private static void bindCopied(PreparedStatement row, Copied copied) throws SQLException {
    row.setString(31, copied.origin().repository().toString());
    row.setBytes(32, copied.origin().backup().toBytes());
    row.setString(33, copied.origin().taken().toString());
    if (copied.continues().isPresent()) {
      row.setBytes(34, copied.continues().get().toBytes());
    }
  }

  private static void bindPhase(PreparedStatement row, Phase phase) throws SQLException {
    row.setInt(11, number(phase));
    if (phase instanceof Phase.Committed committed) {
      bindCommit(row, committed);
    }
    if (phase instanceof Phase.Planned planned) {
      row.setBytes(26, planned.plan().toBytes());
    }
    if (phase instanceof Phase.Hidden hidden) {
      row.setLong(24, hidden.hiddenAt().value());
      row.setLong(25, hidden.hiddenTime().toEpochMilli());
    }
  }

  private static int number(Phase phase) {
    if (phase instanceof Phase.Open) {
      return OPEN;
    } else if (phase instanceof Phase.Visible) {
      return VISIBLE;
    } else if (phase instanceof Phase.Hidden) {
      return HIDDEN;
    } else if (phase instanceof Phase.Revoked) {
      return REVOKED;
    }
    return phase instanceof Phase.Planned ? PLANNED : SWEPT;
  }

  private static List<PendingPlan> plans(Connection connection, TreeName tree) throws SQLException {
    List<PendingPlan> plans = new ArrayList<>();
    try (PreparedStatement query =
        connection.prepareStatement(
            "SELECT plan, slot, backups FROM plans WHERE tree = ? ORDER BY slot")) {
      query.setString(1, tree.value());
      try (ResultSet row = query.executeQuery()) {
        while (row.next()) {
          plans.add(
              new PendingPlan(
                  Digest.of(bytes(row, 1)), new Slot(row.getLong(2)), ids(bytes(row, 3))));
        }
      }
    }
    return plans;
  }

  private static List<BackupId> ids(byte[] bytes) {
    if (bytes.length % BackupId.BYTES != 0) {
      throw new CorruptException("ids cut short in the database");
    }
    List<BackupId> ids = new ArrayList<>();
    for (int at = 0; at < bytes.length; at += BackupId.BYTES) {
      ids.add(BackupId.fromBytes(Arrays.copyOfRange(bytes, at, at + BackupId.BYTES)));
    }
    return ids;
  }

  /** There are few plans that are not carried out: they are written anew each time. */
  private static void writePlans(Connection connection, TreeName tree, List<PendingPlan> plans)
      throws SQLException {
    delete(connection, tree, "plans");
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO plans VALUES (?, ?, ?, ?)")) {
      for (PendingPlan plan : plans) {
        ByteBuffer ids = ByteBuffer.allocate(plan.backups().size() * BackupId.BYTES);
        plan.backups().forEach(id -> ids.put(id.toBytes()));
        insert.setString(1, tree.value());
        insert.setLong(2, plan.slot().value());
        insert.setBytes(3, plan.plan().toBytes());
        insert.setBytes(4, ids.array());
        insert.executeUpdate();
      }
    }
  }

  private static void bindCommit(PreparedStatement row, Phase.Committed committed)
      throws SQLException {
    row.setLong(12, committed.committedAt().value());
    bindStored(row, 13, committed.commit().manifest());
    bindStored(row, 16, committed.commit().references());
    BackupFigures figures = committed.commit().figures();
    row.setLong(19, figures.diskBytes());
    row.setLong(20, figures.dataBytes());
    row.setLong(21, figures.newBytes());
    row.setLong(22, figures.storedBytes());
    row.setLong(23, figures.newChunks());
  }

  private static void bindStored(PreparedStatement row, int column, StoredObject object)
      throws SQLException {
    row.setBytes(column, object.sha256().toBytes());
    row.setLong(column + 1, object.length());
    row.setLong(column + 2, object.rawLength());
  }

  static void delete(Connection connection, TreeName tree) throws SQLException {
    for (String table : List.of("trees", "backups", "plans", "facts")) {
      delete(connection, tree, table);
    }
  }

  private static void delete(Connection connection, TreeName tree, String table)
      throws SQLException {
    try (PreparedStatement delete =
        connection.prepareStatement("DELETE FROM " + table + " WHERE tree = ?")) {
      delete.setString(1, tree.value());
      delete.executeUpdate();
    }
  }
}
