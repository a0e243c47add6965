package org.ekkofs.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.ekkofs.log.Records;
import org.ekkofs.log.TreeState;
import org.ekkofs.model.LogEvent;
import org.ekkofs.model.Slot;
import org.ekkofs.model.TreeName;
import org.ekkofs.sqlite.Sqlite;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CatalogTest {
  private static final TreeName WEB = new TreeName("web");
  private static final TreeName DB = new TreeName("db");

  @TempDir Path dir;

  private Path file() {
    return dir.resolve("deep/catalog.sqlite");
  }

  private static TreeState replay(List<LogEvent> events, int upTo) {
    TreeState state = new TreeState();
    Records.applyAll(state, events, upTo);
    return state;
  }

  private static void assertIs(Optional<TreeState> loaded, TreeState expected, String as) {
    TreeState actual = loaded.orElseThrow(() -> new AssertionError("nothing known: " + as));
    assertThat(actual.slot()).as(as).isEqualTo(expected.slot());
    assertThat(actual.last()).as(as).isEqualTo(expected.last());
    assertThat(actual.settings()).as(as).isEqualTo(expected.settings());
    assertThat(List.copyOf(actual.backups())).as(as).isEqualTo(List.copyOf(expected.backups()));
  }

  @Test
  void loadsWhatWasSaved() {
    try (Catalog catalog = Catalog.open(file())) {
      for (long seed = 0; seed < 20; seed++) {
        TreeName tree = new TreeName("t" + seed);
        List<LogEvent> events = Records.random(new Random(seed), 60);
        TreeState state = replay(events, 60);
        catalog.save(tree, state);
        assertIs(catalog.load(tree), state, "seed " + seed);
      }
    }
  }

  @Test
  void remembersAcrossProcesses() {
    TreeState state = replay(Records.random(new Random(1), 60), 60);
    try (Catalog catalog = Catalog.open(file())) {
      catalog.save(WEB, state);
    }
    try (Catalog catalog = Catalog.open(file())) {
      assertIs(catalog.load(WEB), state, "reopened");
      assertThat(catalog.load(DB)).isEmpty();
    }
  }

  @Test
  void savingStepByStepEqualsSavingAtOnce() {
    List<LogEvent> events = Records.random(new Random(2), 60);
    TreeState state = new TreeState();
    try (Catalog catalog = Catalog.open(file())) {
      for (int slot = 1; slot <= events.size(); slot++) {
        Records.applyAll(state, events, slot);
        catalog.save(WEB, state);
      }
      assertIs(catalog.load(WEB), replay(events, events.size()), "in steps");
    }
  }

  @Test
  void aTreeThatWasNotCreatedIsNotRemembered() {
    try (Catalog catalog = Catalog.open(file())) {
      catalog.save(WEB, new TreeState());
      assertThat(catalog.load(WEB)).isEmpty();
    }
  }

  @Test
  void whoIsBehindDoesNotTurnTheClockBack() {
    List<LogEvent> events = Records.random(new Random(3), 60);
    try (Catalog ahead = Catalog.open(file());
        Catalog behind = Catalog.open(file())) {
      TreeState late = replay(events, 20);
      ahead.save(WEB, replay(events, 60));
      behind.save(WEB, late);
      assertIs(ahead.load(WEB), replay(events, 60), "not turned back");
      Records.applyAll(late, events, 59);
      behind.save(WEB, late);
      assertIs(ahead.load(WEB), replay(events, 60), "still not");
    }
  }

  @Test
  void processesThatInterleaveInAnyWayEndWithTheWholeReplay() {
    for (long seed = 0; seed < 40; seed++) {
      Random random = new Random(seed);
      List<LogEvent> events = Records.random(random, 40);
      Path file = dir.resolve("c" + seed);
      try (Catalog one = Catalog.open(file);
          Catalog two = Catalog.open(file)) {
        Catalog[] catalogs = {one, two};
        TreeState[] states = {new TreeState(), new TreeState()};
        for (int step = 0; step < 25; step++) {
          int who = random.nextInt(2);
          switch (random.nextInt(6)) {
            case 0 -> states[who] = catalogs[who].load(WEB).orElseGet(TreeState::new);
            case 1 -> {
              catalogs[who].forget(WEB);
              states[who] = new TreeState();
            }
            default -> advance(random, states[who], events);
          }
          catalogs[who].save(WEB, states[who]);
          checkStored(file, events, states[who].slot(), "seed " + seed + " step " + step);
        }
      }
    }
  }

  private static void advance(Random random, TreeState state, List<LogEvent> events) {
    int left = events.size() - (int) state.slot().value();
    Records.applyAll(state, events, (int) state.slot().value() + random.nextInt(left + 1) / 2);
  }

  /** Looks through a third catalog, so that what the two know stays as it is. */
  private static void checkStored(Path file, List<LogEvent> events, Slot saved, String as) {
    try (Catalog third = Catalog.open(file)) {
      Optional<TreeState> loaded = third.load(WEB);
      Slot stored = loaded.map(TreeState::slot).orElse(Slot.NONE);
      assertThat(stored).as(as).isGreaterThanOrEqualTo(saved);
      if (loaded.isPresent()) {
        assertIs(loaded, replay(events, (int) stored.value()), as);
      }
    }
  }

  @Test
  void forgetsOneTreeOnly() {
    TreeState state = replay(Records.random(new Random(4), 30), 30);
    try (Catalog catalog = Catalog.open(file())) {
      catalog.save(WEB, state);
      catalog.save(DB, replay(Records.random(new Random(5), 30), 30));
      catalog.forget(WEB);
      assertThat(catalog.load(WEB)).isEmpty();
      assertThat(catalog.load(DB)).isPresent();
    }
  }

  @Test
  void whatIsSavedAfterForgettingIsOnlyTheNew() {
    List<LogEvent> after = Records.random(new Random(7), 10);
    try (Catalog catalog = Catalog.open(file())) {
      catalog.save(WEB, replay(Records.random(new Random(6), 60), 60));
      catalog.forget(WEB);
      catalog.save(WEB, replay(after, 10));
      assertIs(catalog.load(WEB), replay(after, 10), "the new log");
    }
  }

  private static void assertWorks(Catalog catalog) {
    TreeState state = replay(Records.random(new Random(8), 30), 30);
    catalog.save(WEB, state);
    assertIs(catalog.load(WEB), state, "works");
  }

  private static void assertHarmless(Catalog catalog) {
    TreeState state = replay(Records.random(new Random(8), 30), 30);
    catalog.save(WEB, state);
    assertThat(catalog.load(WEB)).isEmpty();
    catalog.forget(WEB);
  }

  @Test
  void garbageIsReplaced() throws Exception {
    byte[] garbage = new byte[50_000];
    new Random(1).nextBytes(garbage);
    for (int length : new int[] {1, 100, 4096, 50_000}) {
      Path file = dir.resolve("garbage" + length);
      Files.write(file, Arrays.copyOf(garbage, length));
      try (Catalog catalog = Catalog.open(file)) {
        assertThat(catalog.load(WEB)).isEmpty();
        assertWorks(catalog);
      }
    }
  }

  @Test
  void anotherVersionIsReplaced() throws Exception {
    try (Catalog catalog = Catalog.open(file())) {
      assertWorks(catalog);
    }
    execute("PRAGMA user_version = 99");
    try (Catalog catalog = Catalog.open(file())) {
      assertThat(catalog.load(WEB)).isEmpty();
      assertWorks(catalog);
    }
  }

  private void execute(String... sql) throws Exception {
    try (Connection connection = Sqlite.openShared(file())) {
      Sqlite.execute(connection, sql);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "UPDATE trees SET last = x'00'",
        "UPDATE trees SET slot = -1",
        "UPDATE trees SET segment_bytes = 5",
        "UPDATE trees SET compression = 99",
        "UPDATE backups SET id = x'00'",
        "UPDATE backups SET name = '../x'",
        "UPDATE backups SET parent = x'00'",
        "UPDATE backups SET phase = 9",
        "UPDATE backups SET phase = 1, manifest_sha256 = NULL",
        "UPDATE backups SET references_sha256 = x'0102' WHERE phase IN (1, 2)",
        "DROP TABLE backups"
      })
  void impossibleRowsCostAReplayOnce(String sql) throws Exception {
    TreeState state =
        Records.replay(
            Records.intent(1, "a"),
            Records.commit(1),
            Records.intent(2, "b", Optional.of(Records.id(1))));
    try (Catalog catalog = Catalog.open(file())) {
      catalog.save(WEB, state);
    }
    execute(sql);
    try (Catalog catalog = Catalog.open(file())) {
      assertThat(catalog.load(WEB)).isEmpty();
      catalog.save(WEB, state);
    }
    try (Catalog catalog = Catalog.open(file())) {
      assertWorks(catalog);
    }
  }

  @Test
  void damageWithinTheFileCostsAReplayAtMost() throws Exception {
    try (Catalog catalog = Catalog.open(file())) {
      for (int n = 0; n < 50; n++) {
        catalog.save(new TreeName("t" + n), replay(Records.random(new Random(n), 60), 60));
      }
    }
    byte[] whole = Files.readAllBytes(file());
    for (int page = 1; page < whole.length / 4096; page++) {
      byte[] damaged = whole.clone();
      Arrays.fill(damaged, page * 4096, page * 4096 + 4096, (byte) 0x5a);
      Files.write(file(), damaged);
      try (Catalog catalog = Catalog.open(file())) {
        for (int n = 0; n < 50; n++) {
          catalog.load(new TreeName("t" + n));
        }
      }
      try (Catalog catalog = Catalog.open(file())) {
        assertWorks(catalog);
      }
    }
  }

  @Test
  void whatCannotBeOpenedIsLeftToThoseWhoUseIt() throws Exception {
    Files.createDirectories(file());
    try (Catalog catalog = Catalog.open(file())) {
      assertHarmless(catalog);
    }
    assertThat(file()).isDirectory();
  }

  @Test
  void impossibleRowsMetWhileSavingAreNoError() throws Exception {
    try (Catalog catalog = Catalog.open(file())) {
      assertWorks(catalog);
      execute("UPDATE trees SET slot = -1");
      assertHarmless(catalog);
    }
  }

  @Test
  void aFileThatGoesWhileItIsOpenIsNoError() throws Exception {
    TreeState state = replay(Records.random(new Random(8), 30), 30);
    try (Catalog catalog = Catalog.open(file())) {
      catalog.save(WEB, state);
      for (String suffix : new String[] {"", "-journal"}) {
        Files.deleteIfExists(file().resolveSibling("catalog.sqlite" + suffix));
      }
      catalog.load(WEB).ifPresent(loaded -> assertIs(Optional.of(loaded), state, "deleted"));
      catalog.save(DB, state);
      catalog.forget(WEB);
    }
    try (Catalog catalog = Catalog.open(file())) {
      assertThat(catalog.load(WEB)).isEmpty();
      assertWorks(catalog);
    }
  }

  @Test
  void withoutAFolderNothingIsRememberedAndNothingFails() throws Exception {
    Path notAFolder = Files.createFile(dir.resolve("file"));
    try (Catalog catalog = Catalog.open(notAFolder.resolve("catalog.sqlite"))) {
      assertHarmless(catalog);
    }
  }

  @Test
  void aReadOnlyFolderIsNoError() throws Exception {
    try (Catalog catalog = Catalog.open(file())) {
      assertWorks(catalog);
    }
    Path folder = dir.resolve("read-only");
    Files.createDirectory(folder);
    assumeThat(run("mount", "-t", "tmpfs", "-o", "ro", "tmpfs", folder.toString()))
        .as("a read-only tmpfs can be mounted here")
        .isZero();
    try (Catalog catalog = Catalog.open(folder.resolve("catalog.sqlite"))) {
      assertHarmless(catalog);
    } finally {
      assertThat(run("umount", folder.toString())).isZero();
    }
  }

  private static int run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }

  @Test
  void aClosedCatalogRemembersNothing() {
    Catalog catalog = Catalog.open(file());
    assertWorks(catalog);
    catalog.close();
    assertHarmless(catalog);
    catalog.close();
  }
}
