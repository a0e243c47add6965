package org.ekkofs.catalog;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.ekkofs.log.PendingPlan;
import org.ekkofs.log.Phase;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.log.TreeState;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.Copied;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.LogEvent;
import org.ekkofs.model.LogRecord;
import org.ekkofs.model.Slot;
import org.ekkofs.model.TreeName;
import org.ekkofs.sqlite.Sqlite;

/**
 * The database of a checkpoint, open for reading. What it says is only checked for being possible:
 * whether it is true of a log is for the caller to find out. For one thread.
 */
public final class Checkpoint implements AutoCloseable {
  /** A row has little more than the longest value. */
  private static final int MAX_ROW_BYTES = CheckpointWriter.MAX_REFERENCES_BYTES + (1 << 16);

  private final Connection connection;
  private final TreeName tree;
  private final Slot slot;

  private Checkpoint(Connection connection, TreeName tree, Slot slot) {
    this.connection = connection;
    this.tree = tree;
    this.slot = slot;
  }

  /**
   * Opens the database.
   *
   * @param tree the tree it must be of
   * @param slot the slot it must be of
   * @throws CorruptException if it is no database of a checkpoint known here
   */
  public static Checkpoint open(Path database, TreeName tree, Slot slot) {
    try {
      Connection connection = Sqlite.openImmutable(database, MAX_ROW_BYTES);
      try {
        checkKind(connection);
      } catch (SQLException | EkkofsException e) {
        connection.close();
        throw e;
      }
      return new Checkpoint(connection, tree, slot);
    } catch (SQLException e) {
      throw translate(e);
    }
  }

  private static void checkKind(Connection connection) throws SQLException {
    require(
        number(connection, "PRAGMA application_id") == CheckpointWriter.APPLICATION_ID,
        "its database is of another kind");
    require(
        number(connection, "PRAGMA user_version") == CheckpointWriter.VERSION,
        "its database is of a version not known here");
  }

  private static long number(Connection connection, String sql) throws SQLException {
    try (PreparedStatement query = connection.prepareStatement(sql);
        ResultSet row = query.executeQuery()) {
      return row.next() ? row.getLong(1) : 0;
    }
  }

  /**
   * The nonce of the last record that is in it.
   *
   * @throws CorruptException if it is not of the tree and the slot
   */
  public UUID nonce() {
    return read(
        () -> {
          Optional<LogRecord> last = CatalogRows.readLast(connection, tree, slot);
          return last.map(LogRecord::nonce)
              .orElseThrow(() -> new CorruptException("it is of another tree or slot"));
        });
  }

  /**
   * The state it holds. There are no more backups in it than records in the log up to its slot.
   *
   * @throws CorruptException if it is impossible
   */
  public TreeState state() {
    return read(
        () -> {
          require(
              number(connection, "SELECT count(*) FROM backups") < slot.value(),
              "it has more backups than the log has records");
          TreeState state =
              CatalogRows.readState(connection, tree)
                  .filter(found -> found.slot().equals(slot))
                  .orElseThrow(() -> new CorruptException("it is of another tree or slot"));
          check(state);
          return state;
        });
  }

  private static void check(TreeState state) {
    Set<BackupId> ids = new HashSet<>();
    Set<BackupName> names = new HashSet<>();
    Slot before = new Slot(1);
    for (TrackedBackup backup : state.backups()) {
      require(follows(before, backup.slot(), state.slot()), "its backups are not in order");
      require(
          backup.copied().flatMap(Copied::continues).map(ids::contains).orElse(true),
          "it has a copy that continues none");
      require(ids.add(backup.id()), "it has a backup twice");
      require(!backup.isVisible() || names.add(backup.name()), "it has a name twice");
      require(isPossible(backup, state.slot()), "it has a backup of the future");
      before = backup.slot();
    }
    require(state.lastPlan().compareTo(state.slot()) <= 0, "it has a plan of the future");
    require(state.storedBytes() >= 0, "it has fewer bytes than none");
    for (PendingPlan plan : state.plans()) {
      require(
          plan.slot().compareTo(state.lastPlan()) <= 0
              && plan.backups().size() <= LogEvent.MAX_BACKUPS
              && ids.containsAll(plan.backups()),
          "it has an impossible plan");
    }
  }

  private static boolean follows(Slot before, Slot slot, Slot last) {
    return before.compareTo(slot) < 0 && slot.compareTo(last) <= 0;
  }

  private static boolean isPossible(TrackedBackup backup, Slot last) {
    if (!(backup.phase() instanceof Phase.Committed committed)) {
      return true;
    }
    return follows(backup.slot(), committed.committedAt(), last)
        && (!(committed instanceof Phase.Hidden hidden)
            || follows(committed.committedAt(), hidden.hiddenAt(), last));
  }

  /**
   * Shows the references that are in it, at most {@value CheckpointWriter#MAX_REFERENCES_BYTES}
   * bytes each. They are to be verified before they are believed.
   *
   * @throws CorruptException if a row is impossible; those before it have been shown
   */
  public void references(BiConsumer<BackupId, byte[]> consumer) {
    read(
        () -> {
          FactRows.readAll(connection, tree, Fact.REFERENCES, consumer);
          return true;
        });
  }

  private interface Reading<T> {
    T read() throws SQLException;
  }

  private static <T> T read(Reading<T> reading) {
    try {
      return reading.read();
    } catch (InvalidException e) {
      throw new CorruptException("its database is damaged: " + e.getMessage(), e);
    } catch (SQLException e) {
      throw translate(e);
    }
  }

  private static EkkofsException translate(SQLException e) {
    // Without a code of SQLite it is the driver that misses a column.
    return Sqlite.isOtherSchema(e) || e.getErrorCode() == 0
        ? new CorruptException("its database lacks what every checkpoint has", e)
        : Sqlite.translate("its database", e);
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new CorruptException(otherwise);
    }
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw Sqlite.translate("closing a checkpoint", e);
    }
  }
}
