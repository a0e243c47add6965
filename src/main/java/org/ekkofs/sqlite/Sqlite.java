package org.ekkofs.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.FailedException;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;
import org.sqlite.SQLiteOpenMode;

/** Opens SQLite databases for the three uses ekkofs has for them. */
public final class Sqlite {
  private static final int BUSY_TIMEOUT_MILLIS = 10_000;

  private Sqlite() {}

  /** Opens a file that nobody writes any more; neither locks nor journals are looked at. */
  public static Connection openImmutable(Path file) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setReadOnly(true);
    config.setOpenMode(SQLiteOpenMode.OPEN_URI);
    return config.createConnection(
        "jdbc:sqlite:file://" + file.toAbsolutePath().toUri().getRawPath() + "?immutable=1");
  }

  /** Opens or creates a file that several processes share. */
  public static Connection openShared(Path file) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.NORMAL);
    config.setBusyTimeout(BUSY_TIMEOUT_MILLIS);
    return config.createConnection("jdbc:sqlite:" + file.toAbsolutePath());
  }

  /**
   * Creates a file that is this connection's alone and worthless until it is closed: no journal, no
   * syncing, no going back.
   */
  public static Connection openScratch(Path file) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.OFF);
    config.setSynchronous(SQLiteConfig.SynchronousMode.OFF);
    config.setLockingMode(SQLiteConfig.LockingMode.EXCLUSIVE);
    return config.createConnection("jdbc:sqlite:" + file.toAbsolutePath());
  }

  /** Runs statements that return nothing, one after the other. */
  public static void execute(Connection connection, String... statements) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  /** The user's view of a failure while doing {@code what}. */
  public static EkkofsException translate(String what, SQLException failure) {
    SQLiteErrorCode code =
        failure instanceof SQLiteException sqlite
            ? sqlite.getResultCode()
            : SQLiteErrorCode.SQLITE_ERROR;
    return switch (code) {
      case SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_FORMAT ->
          new CorruptException(what + ": not a valid SQLite database", failure);
      case SQLITE_FULL -> new FailedException(what + ": no space left on the disk", failure);
      default -> new FailedException(what + ": " + failure.getMessage(), failure);
    };
  }
}
