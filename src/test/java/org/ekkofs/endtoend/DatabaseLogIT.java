package org.ekkofs.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.ekkofs.testing.DiskImage;
import org.ekkofs.testing.Ekkofs;
import org.ekkofs.testing.PostgresServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Repositories in a folder whose logs are in a database. */
@Tag("long")
class DatabaseLogIT {
  private static final int USAGE = 2;
  private static final int REFUSED = 5;
  private static final int CORRUPT = 6;
  private static final int BACKUPS_EACH = 4;

  private static PostgresServer server;

  @TempDir Path folder;
  private Ekkofs ekkofs;
  private Path file;

  @BeforeAll
  static void start() {
    server = PostgresServer.start();
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
    }
  }

  @BeforeEach
  void initialize() {
    server.sql("DROP TABLE IF EXISTS ekkofs_log");
    ekkofs =
        new Ekkofs(folder.resolve("repository"), folder.resolve("scratch"))
            .with("PGPASSWORD", server.environment().get("PGPASSWORD"));
    file = new DiskImage(1, 3 << 20).writeTo(folder.resolve("disk.raw"));
  }

  private void initialized() {
    ekkofs.run("init", "--log", server.address()).ok();
  }

  private void snapshot(String path) {
    ekkofs.run("-q", "snapshot", file.toString(), path).ok();
  }

  private Path copy(int slot) {
    return folder.resolve("repository/trees/web/log").resolve("%016d".formatted(slot));
  }

  @Test
  void processesOfTwoHostsWriteOneTreeAtOnce() {
    initialized();
    List<Ekkofs.Running> running = new ArrayList<>();
    for (int n = 0; n < BACKUPS_EACH; n++) {
      for (String host : List.of("a", "b")) {
        running.add(
            ekkofs
                .with("EKKOFS_CACHE_DIR", folder.resolve("cache-" + host).toString())
                .start("-q", "snapshot", file.toString(), "web/%s%d".formatted(host, n)));
      }
    }
    running.forEach(process -> process.await().ok());
    assertThat(ekkofs.run("ls", "web").ok().out().lines())
        .filteredOn(line -> line.matches("[ab][0-9].*"))
        .hasSize(2 * BACKUPS_EACH);
    ekkofs.run("verify", "--read-data").ok();
    int records = 1 + 2 * 2 * BACKUPS_EACH;
    assertThat(server.sql("SELECT count(*) FROM ekkofs_log WHERE copied"))
        .isGreaterThanOrEqualTo(Integer.toString(records));
    assertThat(copy(records)).exists();
    assertThat(ekkofs.run("log", "show").ok().out()).contains(server.address(), "web");
    assertThat(ekkofs.run("stats").ok().out()).contains(server.address());
  }

  @Test
  void aLostDatabaseIsRebuiltFromTheStore() {
    initialized();
    snapshot("web/one");
    server.sql("DELETE FROM ekkofs_log");
    ekkofs.run("ls").fails(CORRUPT, "ekkofs log rebuild");
    ekkofs.run("-q", "snapshot", file.toString(), "web/two").fails(CORRUPT, "ekkofs log rebuild");
    server.sql("DROP TABLE ekkofs_log");
    ekkofs.run("ls").fails(REFUSED, "ekkofs log rebuild");
    assertThat(ekkofs.run("log", "rebuild").ok().out()).contains("3 records of 1 tree");
    snapshot("web/two");
    ekkofs.run("verify", "--read-data").ok();
    ekkofs.run("log", "rebuild").fails(REFUSED, "--complete");
  }

  @Test
  void aDatabaseRestoredFromAnOlderBackupIsRefusedUntilItIsCompleted() {
    initialized();
    snapshot("web/one");
    snapshot("web/two");
    server.sql("DELETE FROM ekkofs_log WHERE slot > 3");
    ekkofs.run("-q", "snapshot", file.toString(), "web/three").fails(CORRUPT, "ekkofs log rebuild");
    assertThat(copy(5)).exists();
    assertThat(copy(6)).doesNotExist();
    ekkofs.run("log", "rebuild", "--complete").ok();
    snapshot("web/three");
    assertThat(ekkofs.run("ls", "web").ok().out()).contains("one", "two", "three");
  }

  @Test
  void aRecordWithoutItsCopyGetsItFromTheNextToReadIt() throws IOException {
    initialized();
    snapshot("web/one");
    server.sql("UPDATE ekkofs_log SET copied = false WHERE slot = 3");
    Files.delete(copy(3));
    assertThat(ekkofs.run("ls", "web").ok().out()).contains("one");
    assertThat(copy(3)).exists();
    assertThat(server.sql("SELECT count(*) FROM ekkofs_log WHERE NOT copied")).isEqualTo("0");
  }

  @Test
  void aWrongPasswordIsToldInOneLine() {
    initialized();
    ekkofs.with("PGPASSWORD", "wrong").run("ls").fails(REFUSED, "PGPASSWORD");
    ekkofs
        .with("EKKOFS_LOG", "postgresql://ekkofs@127.0.0.1:1/ekkofs")
        .run("ls")
        .fails(7, "127.0.0.1:1");
  }

  @Test
  void aPasswordInTheAddressIsRefused() {
    assertThat(
            ekkofs
                .run("init", "--log", "postgresql://u:hush@db/x")
                .fails(USAGE, "PGPASSWORD")
                .err())
        .doesNotContain("hush");
    ekkofs.run("init", "--single-writer", "--log", server.address()).fails(USAGE, "exclude");
    assertThat(folder.resolve("repository/ekkofs.json")).doesNotExist();
  }

  @Test
  void aLogGoesFromTheStoreIntoADatabaseAndBack() {
    ekkofs.run("init").ok();
    snapshot("web/one");
    ekkofs.run("log", "use", server.address()).fails(REFUSED, "--force");
    assertThat(ekkofs.run("log", "use", "--force", server.address()).ok().out())
        .contains("3 records");
    snapshot("web/two");
    assertThat(server.sql("SELECT max(slot) FROM ekkofs_log")).isEqualTo("5");
    ekkofs.run("log", "use", "--store", "--force").ok();
    snapshot("web/three");
    assertThat(server.sql("SELECT max(slot) FROM ekkofs_log")).isEqualTo("5");
    assertThat(ekkofs.run("ls", "web").ok().out()).contains("one", "two", "three");
    ekkofs.run("verify", "--read-data").ok();
  }

  @Test
  void theDatabaseOfAnEncryptedRepositoryTellsNothing() {
    ekkofs = ekkofs.with("EKKOFS_PASSWORD", "correct horse battery staple");
    ekkofs.run("init", "--encrypt", "--log", server.address()).ok();
    snapshot("web/one");
    assertThat(server.sql("SELECT count(*) FROM ekkofs_log")).isEqualTo("3");
    assertThat(
            server.sql(
                "SELECT count(*) FROM ekkofs_log WHERE position('nonce'::bytea IN record) > 0"))
        .isEqualTo("0");
    server.sql("DELETE FROM ekkofs_log");
    ekkofs.run("log", "rebuild").ok();
    snapshot("web/two");
    server.sql("UPDATE ekkofs_log SET record = set_byte(record, 50, 255 - get_byte(record, 50))");
    ekkofs
        .with("EKKOFS_CACHE_DIR", folder.resolve("cold").toString())
        .run("ls", "web")
        .fails(CORRUPT, "web");
    ekkofs.run("log", "use", "--store", "--force").ok();
    snapshot("web/three");
    assertThat(ekkofs.run("ls", "web").ok().out()).contains("one", "two", "three");
  }
}
