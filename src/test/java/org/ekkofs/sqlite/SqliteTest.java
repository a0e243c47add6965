package org.ekkofs.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.FailedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

class SqliteTest {
  @TempDir Path dir;

  private static int count(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT count(*) FROM t")) {
      return row.getInt(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "with space", "a?b=c", "a#b", "a%20b", "a%", "a&b;c", "größe"})
  void opensFilesOfAnyName(String name) throws Exception {
    Path folder = Files.createDirectory(dir.resolve(name));
    Path scratch = folder.resolve(name + ".scratch");
    try (Connection connection = Sqlite.openScratch(scratch)) {
      Sqlite.execute(connection, "CREATE TABLE t (x)", "INSERT INTO t VALUES (1)");
    }
    assertThat(scratch).isNotEmptyFile();
    try (Connection connection = Sqlite.openImmutable(scratch)) {
      assertThat(count(connection)).isEqualTo(1);
    }
    Path shared = folder.resolve(name + ".shared");
    try (Connection connection = Sqlite.openShared(shared)) {
      Sqlite.execute(connection, "CREATE TABLE t (x)");
      assertThat(count(connection)).isZero();
    }
    assertThat(shared).isNotEmptyFile();
  }

  @Test
  void anImmutableFileCannotBeWrittenAndNothingIsMadeBesideIt() throws Exception {
    Path file = dir.resolve("file");
    try (Connection connection = Sqlite.openScratch(file)) {
      Sqlite.execute(connection, "CREATE TABLE t (x)");
    }
    try (Connection connection = Sqlite.openImmutable(file)) {
      assertThatThrownBy(() -> Sqlite.execute(connection, "INSERT INTO t VALUES (1)"))
          .isInstanceOf(SQLException.class);
      assertThat(count(connection)).isZero();
    }
    assertThat(dir).isDirectoryNotContaining(path -> !path.equals(file));
  }

  @Test
  void hugeValuesAreDamageAndTakeNoMemory() throws Exception {
    Path file = dir.resolve("file");
    try (Connection connection = Sqlite.openScratch(file)) {
      Sqlite.execute(
          connection, "CREATE TABLE t (x)", "INSERT INTO t VALUES (randomblob(1000000))");
    }
    try (Connection connection = Sqlite.openImmutable(file);
        Statement statement = connection.createStatement()) {
      assertThatThrownBy(
              () -> {
                try (ResultSet row = statement.executeQuery("SELECT x FROM t")) {
                  row.getBytes(1);
                }
              })
          .isInstanceOfSatisfying(SQLException.class, e -> assertThat(Sqlite.isDamage(e)).isTrue());
    }
  }

  @Test
  void aMissingFileIsNotMadeByReading() {
    Path file = dir.resolve("none");
    assertThatThrownBy(() -> Sqlite.openImmutable(file)).isInstanceOf(SQLException.class);
    assertThat(file).doesNotExist();
  }

  @Test
  void writersOfASharedFileSeeEachOther() throws Exception {
    Path file = dir.resolve("file");
    try (Connection one = Sqlite.openShared(file);
        Connection other = Sqlite.openShared(file)) {
      Sqlite.execute(one, "CREATE TABLE t (x)");
      Sqlite.execute(other, "INSERT INTO t VALUES (1)");
      assertThat(count(one)).isEqualTo(1);
    }
  }

  @Test
  void damageIsCorruptAndAFullDiskSaysSo() {
    for (SQLiteErrorCode code :
        new SQLiteErrorCode[] {
          SQLiteErrorCode.SQLITE_CORRUPT,
          SQLiteErrorCode.SQLITE_CORRUPT_VTAB,
          SQLiteErrorCode.SQLITE_NOTADB,
          SQLiteErrorCode.SQLITE_FORMAT
        }) {
      assertThat(Sqlite.translate("x", new SQLiteException("m", code)))
          .isInstanceOf(CorruptException.class)
          .hasMessage("x: not a valid SQLite database");
    }
    assertThat(Sqlite.translate("x", new SQLiteException("m", SQLiteErrorCode.SQLITE_FULL)))
        .isInstanceOf(FailedException.class)
        .hasMessage("x: no space left on the disk");
    assertThat(Sqlite.translate("x", new SQLiteException("m", SQLiteErrorCode.SQLITE_BUSY)))
        .isInstanceOf(FailedException.class)
        .hasMessage("x: m");
    assertThat(Sqlite.translate("x", new SQLException("closed")))
        .isInstanceOf(FailedException.class);
  }
}
