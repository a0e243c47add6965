package org.ekkofs.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.FailedException;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;
import org.sqlite.SQLiteLimits;
import org.sqlite.SQLiteOpenMode;

/** Opens SQLite databases for the three uses ekkofs has for them. */
public final class Sqlite {
  private static final int BUSY_TIMEOUT_MILLIS = 10_000;

  /** The longest value or row that is read from a file others may have written. */
  private static final int MAX_VALUE_BYTES = 1 << 16;

  private Sqlite() {}

  /** Opens a file that nobody writes any more; neither locks nor journals are looked at. */
  public static Connection openImmutable(Path file) throws SQLException {
    return openImmutable(file, MAX_VALUE_BYTES);
  }

  /**
   * Opens a file that nobody writes any more.
   *
   * @param maxValueBytes the longest value or row that is read
   */
  public static Connection openImmutable(Path file, int maxValueBytes) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setReadOnly(true);
    Connection connection = open(config, file, "?immutable=1");
    connection
        .unwrap(SQLiteConnection.class)
        .setLimit(SQLiteLimits.SQLITE_LIMIT_LENGTH, maxValueBytes);
    return connection;
  }

  /**
   * Opens or creates a file that several processes share. There is no write-ahead log, as that maps
   * a file into memory, and whoever cuts that short kills the process.
   */
  public static Connection openShared(Path file) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.TRUNCATE);
    config.setSynchronous(SQLiteConfig.SynchronousMode.NORMAL);
    config.setBusyTimeout(BUSY_TIMEOUT_MILLIS);
    return open(config, file, "");
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
    return open(config, file, "");
  }

  /** As a URI, because the driver takes a question mark in a plain path for its own. */
  private static Connection open(SQLiteConfig config, Path file, String query) throws SQLException {
    config.setOpenMode(SQLiteOpenMode.OPEN_URI);
    return config.createConnection(
        "jdbc:sqlite:file://" + file.toAbsolutePath().toUri().getRawPath() + query);
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
    if (isDamage(failure)) {
      return new CorruptException(what + ": not a valid SQLite database", failure);
    }
    if (code(failure) == SQLiteErrorCode.SQLITE_FULL) {
      return new FailedException(what + ": no space left on the disk", failure);
    }
    return new FailedException(what + ": " + failure.getMessage(), failure);
  }

  /** Whether the failure says that the file is no database, or a damaged one. */
  public static boolean isDamage(SQLException failure) {
    return switch (code(failure)) {
      case SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_FORMAT, SQLITE_TOOBIG -> true;
      default -> false;
    };
  }

  /** Whether the failure says that the database has not the tables that were asked for. */
  public static boolean isOtherSchema(SQLException failure) {
    return failure instanceof SQLiteException && code(failure) == SQLiteErrorCode.SQLITE_ERROR;
  }

  /** The primary code, without what the extended ones add. */
  private static SQLiteErrorCode code(SQLException failure) {
    return failure instanceof SQLiteException sqlite
        ? SQLiteErrorCode.getErrorCode(sqlite.getResultCode().code & 0xff)
        : SQLiteErrorCode.UNKNOWN_ERROR;
  }
}
