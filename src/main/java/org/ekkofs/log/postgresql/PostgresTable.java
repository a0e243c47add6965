package org.ekkofs.log.postgresql;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.ekkofs.log.LogTable;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.Slot;
import org.ekkofs.model.TreeName;
import org.ekkofs.store.Timing;

/**
 * The records of one repository in the table {@code ekkofs_log} of a PostgreSQL database. A
 * database that is away is waited for, as long as a restart takes.
 *
 * <pre>
 * repository uuid, tree text, slot bigint   the primary key
 * record bytea
 * copied boolean                            whether the store is known to have the copy
 * </pre>
 */
public final class PostgresTable implements LogTable {
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  /** More than a record has, sealed. */
  private static final int MAX_BYTES = 128 << 10;

  /** Any number, the same in every ekkofs. */
  private static final long MAKING = 0x656b6b6f_66736c6fL;

  private static final List<String> SCHEMA =
      List.of(
          "CREATE TABLE IF NOT EXISTS ekkofs_log ("
              + "repository uuid NOT NULL, "
              + "tree text COLLATE \"C\" NOT NULL, "
              + "slot bigint NOT NULL CHECK (slot > 0), "
              + "record bytea NOT NULL, "
              + "copied boolean NOT NULL DEFAULT false, "
              + "PRIMARY KEY (repository, tree, slot))",
          "CREATE INDEX IF NOT EXISTS ekkofs_log_trees ON ekkofs_log (repository, tree)"
              + " WHERE slot = 1");

  private static final String INSERT =
      "INSERT INTO ekkofs_log (repository, tree, slot, record, copied) VALUES (?, ?, ?, ?, ?)"
          + " ON CONFLICT DO NOTHING";

  private final Connections connections;
  private final Patience patience;
  private final UUID repository;

  /**
   * The records of a repository. Nothing is connected to before something is asked.
   *
   * @param environment the environment variables
   */
  public PostgresTable(DatabaseAddress address, Map<String, String> environment, UUID repository) {
    this(address, environment, repository, Timing.SYSTEM, PATIENCE);
  }

  PostgresTable(
      DatabaseAddress address,
      Map<String, String> environment,
      UUID repository,
      Timing timing,
      Duration patience) {
    this.connections = new Connections(new Login(address, environment), timing);
    this.patience = new Patience(timing, patience);
    this.repository = repository;
  }

  @FunctionalInterface
  private interface Query<T> {
    T run(PreparedStatement statement) throws SQLException;
  }

  private <T> T ask(String sql, Query<T> query) {
    return patience.of(
        () ->
            connections.use(
                connection -> {
                  try (PreparedStatement statement = connection.prepareStatement(sql)) {
                    statement.setObject(1, repository);
                    return query.run(statement);
                  }
                }));
  }

  @Override
  public Map<Slot, Row> read(TreeName tree, List<Slot> slots) {
    return ask(
        "SELECT slot, substring(record FROM 1 FOR "
            + (MAX_BYTES + 1)
            + "), copied FROM ekkofs_log"
            + " WHERE repository = ? AND tree = ? AND slot = ANY (?)",
        statement -> {
          statement.setString(2, tree.value());
          statement.setArray(3, array(statement.getConnection(), slots));
          return rows(statement);
        });
  }

  private static Array array(Connection connection, List<Slot> slots) throws SQLException {
    return connection.createArrayOf("bigint", slots.stream().map(Slot::value).toArray());
  }

  private static Map<Slot, Row> rows(PreparedStatement statement) throws SQLException {
    Map<Slot, Row> rows = new HashMap<>();
    try (ResultSet results = statement.executeQuery()) {
      while (results.next()) {
        Slot slot = new Slot(results.getLong(1));
        rows.put(slot, new Row(bounded(slot, results.getBytes(2)), results.getBoolean(3)));
      }
    }
    return rows;
  }

  private static byte[] bounded(Slot slot, byte[] record) {
    if (record.length > MAX_BYTES) {
      throw new CorruptException(
          "record %s in the database has more than %d bytes".formatted(slot, MAX_BYTES));
    }
    return record;
  }

  @Override
  public boolean insert(TreeName tree, Slot slot, byte[] record) {
    return ask(
        INSERT,
        statement -> {
          bind(statement, tree, slot, record, false);
          return statement.executeUpdate() == 1;
        });
  }

  private void bind(
      PreparedStatement statement, TreeName tree, Slot slot, byte[] record, boolean copied)
      throws SQLException {
    statement.setObject(1, repository);
    statement.setString(2, tree.value());
    statement.setLong(3, slot.value());
    statement.setBytes(4, record);
    statement.setBoolean(5, copied);
  }

  @Override
  public void markCopied(TreeName tree, Slot slot) {
    ask(
        "UPDATE ekkofs_log SET copied = true"
            + " WHERE repository = ? AND tree = ? AND slot = ? AND NOT copied",
        statement -> {
          statement.setString(2, tree.value());
          statement.setLong(3, slot.value());
          return statement.executeUpdate();
        });
  }

  @Override
  public Slot newest(TreeName tree) {
    return ask(
        "SELECT coalesce(max(slot), 0) FROM ekkofs_log WHERE repository = ? AND tree = ?",
        statement -> {
          statement.setString(2, tree.value());
          try (ResultSet result = statement.executeQuery()) {
            return result.next() ? new Slot(result.getLong(1)) : Slot.NONE;
          }
        });
  }

  @Override
  public List<TreeName> trees() {
    return ask(
        "SELECT tree FROM ekkofs_log WHERE repository = ? AND slot = 1 ORDER BY tree",
        statement -> {
          List<TreeName> trees = new ArrayList<>();
          try (ResultSet results = statement.executeQuery()) {
            while (results.next()) {
              treeName(results.getString(1)).ifPresent(trees::add);
            }
          }
          return trees;
        });
  }

  private static Optional<TreeName> treeName(String text) {
    try {
      return Optional.of(new TreeName(text));
    } catch (InvalidException foreign) {
      return Optional.empty();
    }
  }

  @Override
  public void make() {
    transaction(
        connection -> {
          try (Statement statement = connection.createStatement()) {
            // Two that make the same table at once would fail.
            statement.execute("SELECT pg_advisory_xact_lock(" + MAKING + ")");
            for (String sql : SCHEMA) {
              statement.execute(sql);
            }
          }
        });
  }

  @Override
  public void exclusively(Consumer<Exclusive> work) {
    transaction(
        connection -> {
          try (Statement statement = connection.createStatement()) {
            statement.execute("SET LOCAL lock_timeout = '20s'");
            statement.execute("LOCK TABLE ekkofs_log IN SHARE ROW EXCLUSIVE MODE");
          }
          try (Rows rows = new Rows(connection)) {
            work.accept(rows);
            rows.flush();
          }
        });
  }

  @FunctionalInterface
  private interface Transaction {
    void run(Connection connection) throws SQLException;
  }

  private void transaction(Transaction transaction) {
    connections.use(
        connection -> {
          connection.setAutoCommit(false);
          boolean done = false;
          try {
            transaction.run(connection);
            connection.commit();
            done = true;
          } finally {
            if (!done) {
              connection.rollback();
            }
            connection.setAutoCommit(true);
          }
          return done;
        });
  }

  /** The rows, within a transaction. */
  private final class Rows implements Exclusive, AutoCloseable {
    private static final int BATCH = 500;
    private final Connection connection;
    private final PreparedStatement insert;
    private int pending;

    Rows(Connection connection) throws SQLException {
      this.connection = connection;
      this.insert = connection.prepareStatement(INSERT);
    }

    @Override
    public boolean hasRows() {
      return single(
          "SELECT true FROM ekkofs_log WHERE repository = ? LIMIT 1",
          statement -> {
            try (ResultSet results = statement.executeQuery()) {
              return results.next();
            }
          });
    }

    @Override
    public Optional<byte[]> record(TreeName tree, Slot slot) {
      return single(
          "SELECT substring(record FROM 1 FOR "
              + (MAX_BYTES + 1)
              + ") FROM ekkofs_log"
              + " WHERE repository = ? AND tree = ? AND slot = ?",
          statement -> {
            statement.setString(2, tree.value());
            statement.setLong(3, slot.value());
            try (ResultSet results = statement.executeQuery()) {
              return results.next()
                  ? Optional.of(bounded(slot, results.getBytes(1)))
                  : Optional.empty();
            }
          });
    }

    private <T> T single(String sql, Query<T> query) {
      try (PreparedStatement statement = connection.prepareStatement(sql)) {
        statement.setObject(1, repository);
        return query.run(statement);
      } catch (SQLException e) {
        throw SqlFailures.of(description(), e);
      }
    }

    @Override
    public void add(TreeName tree, Slot slot, byte[] record) {
      try {
        bind(insert, tree, slot, record, true);
        insert.addBatch();
        if (++pending == BATCH) {
          flush();
        }
      } catch (SQLException e) {
        throw SqlFailures.of(description(), e);
      }
    }

    void flush() throws SQLException {
      insert.executeBatch();
      pending = 0;
    }

    @Override
    public void close() throws SQLException {
      insert.close();
    }
  }

  @Override
  public String description() {
    return connections.description();
  }

  @Override
  public void close() {
    connections.close();
  }
}
