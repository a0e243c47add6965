package org.ekkofs.log.postgresql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.ekkofs.log.CommitLog;
import org.ekkofs.log.DatabaseLogStore;
import org.ekkofs.log.LogTable;
import org.ekkofs.log.Records;
import org.ekkofs.log.TreeState;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.RefusedException;
import org.ekkofs.model.Slot;
import org.ekkofs.model.StoreUnavailableException;
import org.ekkofs.model.TreeName;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectSeal;
import org.ekkofs.store.Timing;
import org.ekkofs.testing.Await;
import org.ekkofs.testing.MemoryObjectStore;
import org.ekkofs.testing.PostgresServer;
import org.ekkofs.testing.TinyFilesystem;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A database that comes and goes, and one that does not let everybody in. */
class PostgresTroubleIT {
  private static final TreeName WEB = new TreeName("web");
  private static final Slot ONE = new Slot(1);
  private static final byte[] RECORD = "record".getBytes(StandardCharsets.UTF_8);
  private static final int APPENDS = 300;

  private static PostgresServer server;

  @TempDir Path scratch;

  private final UUID repository = UUID.randomUUID();

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

  private PostgresTable table(String address, Map<String, String> environment) {
    return new PostgresTable(
        DatabaseAddress.parse(address), environment, repository, Timing.SYSTEM, Duration.ZERO);
  }

  private PostgresTable table() {
    PostgresTable table =
        new PostgresTable(
            DatabaseAddress.parse(server.address()), server.environment(), repository);
    table.make();
    return table;
  }

  private static CommitLog log(LogTable table, MemoryObjectStore store, String host) {
    return new CommitLog(
        WEB,
        new DatabaseLogStore(table, store, ObjectSeal.NONE),
        Records.stamper(host),
        new TreeState(),
        state -> {});
  }

  @Test
  void aServerThatWasRestartedIsReachedAgain() {
    try (PostgresTable table = table()) {
      assertThat(table.insert(WEB, ONE, RECORD)).isTrue();
      server.stop();
      server.restart();
      assertThat(table.insert(WEB, ONE.next(), RECORD)).isTrue();
      server.kill();
      server.restart();
      assertThat(table.newest(WEB)).isEqualTo(ONE.next());
    }
  }

  @Test
  void appendsGoOnWhileTheServerCrashesAndIsRestarted() {
    MemoryObjectStore store = new MemoryObjectStore();
    try (PostgresTable table = table()) {
      CommitLog log = log(table, store, "a");
      CompletableFuture<Void> appends =
          CompletableFuture.runAsync(
              () -> {
                log.append(state -> Optional.of(Records.create()), TreeState::slot);
                for (int n = 2; n <= APPENDS; n++) {
                  int number = n;
                  log.append(
                      state -> Optional.of(Records.intent(number, "b" + number)), TreeState::slot);
                }
              });
      int restarts = 0;
      for (long seen = 1; seen < APPENDS; seen += 60) {
        long least = seen;
        Await.until("record " + least, () -> isListed(store, least) || appends.isDone());
        server.kill();
        server.restart();
        restarts++;
      }
      appends.join();
      assertThat(restarts).isPositive();
      CommitLog other = log(table, store.another(), "b");
      assertThat(other.refreshed(TreeState::slot)).isEqualTo(new Slot(APPENDS));
      assertThat(other.<Integer>current(state -> state.backups().size())).isEqualTo(APPENDS - 1);
    }
  }

  private static boolean isListed(MemoryObjectStore store, long slot) {
    return store
        .get(ObjectKey.of("trees", "web", "log", "%016d".formatted(slot)), 100_000)
        .isPresent();
  }

  @Test
  void aWrongPasswordOrUserIsRefused() {
    try (PostgresTable wrong = table(server.address(), Map.of("PGPASSWORD", "wrong"))) {
      assertThatThrownBy(() -> wrong.newest(WEB))
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("127.0.0.1")
          .hasMessageContaining("PGPASSWORD")
          .hasMessageNotContaining("wrong");
    }
    try (PostgresTable none = table(server.address(), Map.of("HOME", "/nonexistent"))) {
      assertThatThrownBy(() -> none.newest(WEB)).isInstanceOf(RefusedException.class);
    }
    try (PostgresTable nobody =
        table(server.address(), Map.of("PGPASSWORD", "secret", "PGUSER", "nobody"))) {
      assertThatThrownBy(() -> nobody.newest(WEB)).isInstanceOf(RefusedException.class);
    }
  }

  @Test
  void aDatabaseOrTableThatIsNotThereIsRefused() {
    try (PostgresTable other = table(server.address("other"), server.environment())) {
      assertThatThrownBy(() -> other.newest(WEB))
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("other");
    }
    try (PostgresTable empty = table(server.address("postgres"), server.environment())) {
      assertThatThrownBy(() -> empty.newest(WEB))
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("ekkofs log rebuild");
    }
  }

  @Test
  void aServerThatIsNotThereIsUnavailable() {
    String nowhere = "postgresql://ekkofs@127.0.0.1:1/ekkofs";
    try (PostgresTable table = table(nowhere, server.environment())) {
      assertThatThrownBy(() -> table.insert(WEB, ONE, RECORD))
          .isInstanceOf(StoreUnavailableException.class)
          .hasMessageContaining("127.0.0.1:1");
    }
  }

  @Test
  void aServerWithoutTlsIsNotTalkedToWhereItIsRequired() {
    try (PostgresTable table =
        table(server.address(), Map.of("PGPASSWORD", "secret", "PGSSLMODE", "require"))) {
      assertThatThrownBy(() -> table.newest(WEB)).isInstanceOf(RefusedException.class);
    }
  }

  @Test
  void aServerOfAPrivateAuthorityIsTrustedIfThatIs() {
    try (PostgresServer secure = PostgresServer.startTls()) {
      Map<String, String> strict = Map.of("PGPASSWORD", "secret", "PGSSLMODE", "verify-full");
      Map<String, String> told = new HashMap<>(strict);
      told.put("PGSSLROOTCERT", secure.authority().toString());
      try (PostgresTable table = table(secure.address(), told)) {
        table.make();
        assertThat(table.insert(WEB, ONE, RECORD)).isTrue();
      }
      told.put("PGSSLROOTCERT", stranger().toString());
      try (PostgresTable table = table(secure.address(), told)) {
        assertThatThrownBy(() -> table.newest(WEB))
            .isInstanceOf(RefusedException.class)
            .hasMessageContaining("not trusted");
      }
      try (PostgresTable table = table(secure.address(), strict)) {
        assertThatThrownBy(() -> table.newest(WEB))
            .isInstanceOf(RefusedException.class)
            .hasMessageContaining("PGSSLROOTCERT");
      }
    }
  }

  /** The certificate of an authority that has signed nothing. */
  private Path stranger() {
    Path file = scratch.resolve("stranger.pem");
    assertThat(
            TinyFilesystem.run(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-subj",
                "/CN=stranger",
                "-keyout",
                scratch.resolve("key").toString(),
                "-out",
                file.toString()))
        .isTrue();
    return file;
  }

  @Test
  void whoMayOnlySelectReadsAndIsToldSoWhenWriting() {
    try (PostgresTable table = table()) {
      assertThat(table.insert(WEB, ONE, RECORD)).isTrue();
      server.sql("DROP ROLE IF EXISTS watcher");
      server.sql("CREATE ROLE watcher LOGIN PASSWORD 'secret'");
      server.sql("GRANT SELECT ON ekkofs_log TO watcher");
      try (PostgresTable watcher =
          table(server.address(), Map.of("PGPASSWORD", "secret", "PGUSER", "watcher"))) {
        assertThat(watcher.read(WEB, List.of(ONE))).containsKey(ONE);
        assertThatThrownBy(() -> watcher.insert(WEB, ONE.next(), RECORD))
            .isInstanceOf(RefusedException.class);
        assertThatThrownBy(() -> watcher.markCopied(WEB, ONE)).isInstanceOf(RefusedException.class);
      } finally {
        server.sql("REVOKE ALL ON ekkofs_log FROM watcher");
        server.sql("DROP ROLE watcher");
      }
    }
  }

  @Test
  void repositoriesInOneDatabaseDoNotSeeEachOther() {
    try (PostgresTable mine = table();
        PostgresTable other =
            new PostgresTable(
                DatabaseAddress.parse(server.address()), server.environment(), UUID.randomUUID())) {
      assertThat(mine.insert(WEB, ONE, RECORD)).isTrue();
      assertThat(other.newest(WEB)).isEqualTo(Slot.NONE);
      assertThat(other.trees()).isEmpty();
      other.exclusively(rows -> assertThat(rows.hasRows()).isFalse());
      mine.exclusively(rows -> assertThat(rows.hasRows()).isTrue());
    }
  }

  @Test
  void whatIsDoneExclusivelyIsDoneWhollyOrNotAtAll() {
    try (PostgresTable table = table()) {
      assertThatThrownBy(
              () ->
                  table.exclusively(
                      rows -> {
                        for (int n = 1; n <= 1200; n++) {
                          rows.add(WEB, new Slot(n), RECORD);
                        }
                        throw new FailedException("injected");
                      }))
          .isInstanceOf(FailedException.class);
      assertThat(table.trees()).isEmpty();
      table.exclusively(
          rows -> {
            for (int n = 1; n <= 1200; n++) {
              rows.add(WEB, new Slot(n), RECORD);
            }
          });
      assertThat(table.newest(WEB)).isEqualTo(new Slot(1200));
    }
  }
}
