package org.ekkofs.catalog;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.log.TreeState;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.Slot;
import org.ekkofs.model.TreeName;
import org.ekkofs.sqlite.Sqlite;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers, in a local SQLite database that several processes share, how far each tree's log was
 * replayed and to what it added up, so that only the tail has to be read. It can be deleted at any
 * time: whatever goes wrong with it costs a replay and nothing else. Safe for use by many threads;
 * everything is guarded by this object's lock.
 */
public final class Catalog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Catalog.class);
  private static final int VERSION = 3;

  private final Path file;
  private final Map<TreeName, Slot> known = new HashMap<>();
  private Optional<Connection> connection;

  private Catalog(Path file, Optional<Connection> connection) {
    this.file = file;
    this.connection = connection;
  }

  /**
   * Opens the catalog, anew if it is damaged or of another version; without a usable file it
   * remembers nothing.
   */
  public static Catalog open(Path file) {
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      return new Catalog(file, Optional.of(connectAnew(file)));
    } catch (SQLException | IOException e) {
      LOG.debug("working without a catalog: {}", e.toString());
      return new Catalog(file, Optional.empty());
    }
  }

  /** A file that is merely busy or cannot be opened is left alone: others may be using it. */
  private static Connection connectAnew(Path file) throws SQLException, IOException {
    try {
      return connect(file);
    } catch (UnusableException unusable) {
      delete(file);
    } catch (SQLException e) {
      if (!Sqlite.isDamage(e)) {
        throw e;
      }
      delete(file);
    }
    return connect(file);
  }

  private static void delete(Path file) throws IOException {
    for (String suffix : new String[] {"", "-journal"}) {
      Files.deleteIfExists(file.resolveSibling(file.getFileName() + suffix));
    }
  }

  private static final class UnusableException extends SQLException {
    private static final long serialVersionUID = 1L;

    UnusableException(String message) {
      super(message);
    }
  }

  private static Connection connect(Path file) throws SQLException {
    Connection connection = Sqlite.openShared(file);
    try {
      int version = version(connection);
      if (version != 0 && version != VERSION) {
        throw new UnusableException("catalog of version " + version);
      }
      if (version == 0) {
        Sqlite.execute(connection, CatalogRows.SCHEMA);
        Sqlite.execute(connection, "PRAGMA user_version = " + VERSION);
      }
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  private static int version(Connection connection) throws SQLException {
    try (PreparedStatement query = connection.prepareStatement("PRAGMA user_version");
        ResultSet rows = query.executeQuery()) {
      return rows.next() ? rows.getInt(1) : 0;
    }
  }

  /** What the tree's log had added up to when it was last saved; empty if nothing is known. */
  public synchronized Optional<TreeState> load(TreeName tree) {
    return connection.flatMap(open -> tryLoad(open, tree));
  }

  private Optional<TreeState> tryLoad(Connection open, TreeName tree) {
    try {
      Sqlite.execute(open, "BEGIN");
      try {
        Optional<TreeState> state = CatalogRows.readState(open, tree);
        state.ifPresent(loaded -> known.put(tree, loaded.slot()));
        return state;
      } finally {
        Sqlite.execute(open, "COMMIT");
      }
    } catch (SQLException e) {
      giveUp(e, Sqlite.isDamage(e) || Sqlite.isOtherSchema(e));
      return Optional.empty();
    } catch (EkkofsException e) {
      giveUp(e, true);
      return Optional.empty();
    }
  }

  /**
   * Remembers the state, unless another process has been further already.
   *
   * @param state its changes are taken
   */
  public synchronized void save(TreeName tree, TreeState state) {
    Collection<TrackedBackup> changed = state.takeChanged();
    connection.ifPresent(open -> trySave(open, tree, state, changed));
  }

  private void trySave(
      Connection open, TreeName tree, TreeState state, Collection<TrackedBackup> changed) {
    try {
      inTransaction(open, () -> write(open, tree, state, changed));
      known.put(tree, state.slot());
    } catch (SQLException e) {
      giveUp(e, Sqlite.isDamage(e));
    } catch (EkkofsException e) {
      giveUp(e, true);
    }
  }

  private void write(
      Connection open, TreeName tree, TreeState state, Collection<TrackedBackup> changed)
      throws SQLException {
    Slot stored = storedSlot(open, tree);
    if (stored.compareTo(state.slot()) >= 0 || state.settings().isEmpty()) {
      return;
    }
    boolean follows = stored.compareTo(known.getOrDefault(tree, Slot.NONE)) >= 0;
    if (!follows) {
      CatalogRows.delete(open, tree);
    }
    CatalogRows.writeState(open, tree, state, follows ? changed : state.backups());
  }

  private static Slot storedSlot(Connection open, TreeName tree) throws SQLException {
    try (PreparedStatement query = open.prepareStatement("SELECT slot FROM trees WHERE tree = ?")) {
      query.setString(1, tree.value());
      try (ResultSet row = query.executeQuery()) {
        return row.next() ? new Slot(row.getLong(1)) : Slot.NONE;
      }
    }
  }

  /**
   * Remembers a state that was not reached from what was remembered, unless another process has
   * been further already.
   */
  public synchronized void replace(TreeName tree, TreeState state) {
    known.remove(tree);
    connection.ifPresent(open -> trySave(open, tree, state, state.backups()));
  }

  /** Forgets a tree whose saved state turned out not to be that of the store. */
  public synchronized void forget(TreeName tree) {
    known.remove(tree);
    connection.ifPresent(open -> tryForget(open, tree));
  }

  private void tryForget(Connection open, TreeName tree) {
    try {
      inTransaction(open, () -> CatalogRows.delete(open, tree));
    } catch (SQLException e) {
      giveUp(e, Sqlite.isDamage(e));
    }
  }

  /**
   * What is remembered of a backup. A damaged file may give other bytes than were put in: whoever
   * relies on them checks them.
   */
  public Optional<byte[]> fact(TreeName tree, Fact fact, BackupId backup) {
    return Optional.ofNullable(facts(tree, fact, List.of(backup)).get(backup));
  }

  /** The same of several backups; those of which nothing is remembered are left out. */
  public synchronized Map<BackupId, byte[]> facts(
      TreeName tree, Fact fact, Collection<BackupId> backups) {
    return connection.map(open -> tryFacts(open, tree, fact, backups)).orElse(Map.of());
  }

  private Map<BackupId, byte[]> tryFacts(
      Connection open, TreeName tree, Fact fact, Collection<BackupId> backups) {
    try {
      return FactRows.read(open, tree, fact, backups);
    } catch (SQLException e) {
      giveUp(e, Sqlite.isDamage(e) || Sqlite.isOtherSchema(e));
      return Map.of();
    }
  }

  /** Remembers facts of backups; what was known before is replaced. */
  public synchronized void remember(TreeName tree, Fact fact, Map<BackupId, byte[]> facts) {
    attempt(open -> FactRows.write(open, tree, fact, facts));
  }

  /** Forgets all facts of backups that are no more. */
  public synchronized void forget(TreeName tree, Collection<BackupId> backups) {
    attempt(open -> FactRows.delete(open, tree, backups));
  }

  private interface Work {
    void on(Connection open) throws SQLException;
  }

  private void attempt(Work work) {
    connection.ifPresent(
        open -> {
          try {
            inTransaction(open, () -> work.on(open));
          } catch (SQLException e) {
            giveUp(e, Sqlite.isDamage(e) || Sqlite.isOtherSchema(e));
          }
        });
  }

  private interface Change {
    void make() throws SQLException;
  }

  /** Others see all of the change or nothing. */
  private static void inTransaction(Connection open, Change change) throws SQLException {
    Sqlite.execute(open, "BEGIN IMMEDIATE");
    try {
      change.make();
      Sqlite.execute(open, "COMMIT");
    } catch (SQLException e) {
      rollBack(open, e);
      throw e;
    }
  }

  private static void rollBack(Connection open, SQLException cause) {
    try {
      Sqlite.execute(open, "ROLLBACK");
    } catch (SQLException e) {
      // SQLite may have rolled back by itself; what went wrong first is what counts.
      cause.addSuppressed(e);
    }
  }

  private void giveUp(Exception cause, boolean damaged) {
    LOG.debug("going on without the catalog: {}", cause.toString());
    close();
    if (damaged) {
      try {
        delete(file);
      } catch (IOException e) {
        LOG.debug("the damaged catalog stays: {}", e.toString());
      }
    }
  }

  @Override
  public synchronized void close() {
    connection.ifPresent(
        open -> {
          try {
            open.close();
          } catch (SQLException e) {
            LOG.debug("closing the catalog: {}", e.toString());
          }
        });
    connection = Optional.empty();
  }
}
