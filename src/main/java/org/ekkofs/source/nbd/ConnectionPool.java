package org.ekkofs.source.nbd;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.FailedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connections to one export, made when more threads ask at once than before. When one of them is
 * lost all is: a server that came back might serve something else. Safe for use by many threads;
 * {@link #close} makes what they wait for fail.
 */
final class ConnectionPool implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ConnectionPool.class);

  /** A server that does not want another connection often just does not answer. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Connector connector;
  private final ExportFacts facts;

  /** How many there may be; guarded by this, as is all below. */
  private int limit;

  private final Set<Connection> all = new HashSet<>();
  private final Deque<Connection> idle = new ArrayDeque<>();
  private int opening;
  private boolean lost;

  /** Written under the lock. */
  private volatile boolean closed;

  /** Owns the first connection from here on. */
  ConnectionPool(Connector connector, Connection first, int limit) {
    this.connector = connector;
    this.facts = first.facts();
    this.limit = limit;
    all.add(first);
    idle.add(first);
  }

  /**
   * Has a connection do something, as soon as one is free.
   *
   * @throws FailedException if the pool is closed, or a connection was lost
   * @throws CancelledException if the thread is interrupted
   */
  <T> T use(Function<Connection, T> work) {
    Connection connection = borrow();
    try {
      return work.apply(connection);
    } finally {
      giveBack(connection);
    }
  }

  private Connection borrow() {
    while (true) {
      Connection free = takeOrReserve();
      if (free != null) {
        return free;
      }
      Connection made = open();
      if (made != null) {
        return made;
      }
    }
  }

  /** A free one; or null, and the caller is to make one. */
  private synchronized @Nullable Connection takeOrReserve() {
    while (true) {
      checkUsable();
      Connection free = idle.pollLast();
      if (free != null) {
        return free;
      }
      if (all.size() + opening < limit) {
        opening++;
        return null;
      }
      try {
        wait();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new CancelledException("reading " + name() + " was interrupted", e);
      }
    }
  }

  private void checkUsable() {
    if (closed) {
      throw new FailedException(name() + " was closed while it was read");
    }
    if (lost) {
      throw new FailedException("the connection to " + name() + " was lost");
    }
  }

  /** Another connection; or null if the server does not want to have it. */
  private @Nullable Connection open() {
    Connection made = null;
    try {
      made = connector.connect(PATIENCE, () -> closed);
    } catch (CancelledException e) {
      throw e;
    } catch (EkkofsException e) {
      LOG.debug("no more connections to {}", name(), e);
    } finally {
      opened(made);
    }
    return made;
  }

  /** Takes in what was made, or remembers that there will be no more. */
  private synchronized void opened(@Nullable Connection made) {
    opening--;
    notifyAll();
    if (made == null) {
      limit = Math.max(1, all.size());
      return;
    }
    all.add(made);
    if (closed || !made.facts().equals(facts)) {
      lost = true;
      free(made);
      checkUsable();
    }
  }

  private synchronized void giveBack(Connection connection) {
    if (!connection.isUsable()) {
      lost = true;
    }
    if (closed || lost) {
      free(connection);
    } else {
      idle.addLast(connection);
    }
    notifyAll();
  }

  private void free(Connection connection) {
    all.remove(connection);
    try {
      connection.free();
    } catch (IOException e) {
      throw new FailedException(name() + " cannot be closed: " + e.getMessage(), e);
    }
  }

  private String name() {
    return connector.export().description();
  }

  @Override
  public synchronized void close() {
    closed = true;
    List<Connection> unused = new ArrayList<>(idle);
    idle.clear();
    unused.forEach(this::free);
    for (Connection busy : all) {
      try {
        busy.close();
      } catch (IOException e) {
        throw new FailedException(name() + " cannot be closed: " + e.getMessage(), e);
      }
    }
    notifyAll();
  }
}
