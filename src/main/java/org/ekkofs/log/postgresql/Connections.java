package org.ekkofs.log.postgresql;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.StoreUnavailableException;
import org.ekkofs.store.Timing;

/**
 * A few connections to a database, made when needed and used again. Safe for use by many threads;
 * the idle ones are guarded by this object's lock.
 */
final class Connections implements AutoCloseable {
  private static final int MOST = 4;

  /** After that a firewall may have forgotten a connection, and never say so. */
  private static final long IDLE_NANOS = Duration.ofMinutes(1).toNanos();

  private final Login login;
  private final String description;
  private final Timing timing;
  private final Semaphore free = new Semaphore(MOST, true);
  private final Deque<Idle> idle = new ArrayDeque<>();
  private boolean closed;

  private record Idle(Connection connection, long since) {}

  Connections(Login login, Timing timing) {
    this.login = login;
    this.description = "the database " + login.address().place();
    this.timing = timing;
  }

  String description() {
    return description;
  }

  /** What is done with a connection. */
  @FunctionalInterface
  interface Work<T> {
    T with(Connection connection) throws SQLException;
  }

  /**
   * Does something with a connection that is in automatic commit.
   *
   * @throws EkkofsException what its failure means
   */
  <T> T use(Work<T> work) {
    try {
      free.acquire();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException("interrupted while waiting for " + description, e);
    }
    try {
      return work(work);
    } catch (SQLException e) {
      throw SqlFailures.of(description, e);
    } finally {
      free.release();
    }
  }

  private <T> T work(Work<T> work) throws SQLException {
    Connection connection = take();
    boolean reusable = false;
    try {
      T result = work.with(connection);
      reusable = true;
      return result;
    } catch (SQLException e) {
      reusable = !SqlFailures.isBroken(e) && connection.getAutoCommit();
      if (!reusable) {
        // Those that were made before are likely to be broken as well.
        closeIdle();
      }
      throw e;
    } finally {
      if (reusable) {
        keep(connection);
      } else {
        connection.close();
      }
    }
  }

  private Connection take() throws SQLException {
    List<Connection> old = new ArrayList<>();
    try {
      synchronized (this) {
        if (closed) {
          throw new StoreUnavailableException(description + " is being closed");
        }
        while (!idle.isEmpty() && timing.nanoTime() - idle.peekLast().since() > IDLE_NANOS) {
          old.add(idle.removeLast().connection());
        }
        if (!idle.isEmpty()) {
          return idle.removeFirst().connection();
        }
      }
    } finally {
      close(old);
    }
    return prepared(login.connect());
  }

  private static Connection prepared(Connection connection) throws SQLException {
    boolean ready = false;
    try (java.sql.Statement statement = connection.createStatement()) {
      // What is said to be written must not be lost when the server falls over.
      statement.execute(
          "SELECT set_config('synchronous_commit', 'on', false)"
              + " WHERE current_setting('synchronous_commit') = 'off'");
      ready = true;
      return connection;
    } finally {
      if (!ready) {
        connection.close();
      }
    }
  }

  private void keep(Connection connection) throws SQLException {
    synchronized (this) {
      if (!closed) {
        idle.addFirst(new Idle(connection, timing.nanoTime()));
        return;
      }
    }
    connection.close();
  }

  private void closeIdle() throws SQLException {
    List<Connection> all;
    synchronized (this) {
      all = idle.stream().map(Idle::connection).toList();
      idle.clear();
    }
    close(all);
  }

  private static void close(List<Connection> connections) throws SQLException {
    for (Connection connection : connections) {
      connection.close();
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    try {
      closeIdle();
    } catch (SQLException alreadyBroken) {
      // Nothing was under way on it.
    }
  }
}
