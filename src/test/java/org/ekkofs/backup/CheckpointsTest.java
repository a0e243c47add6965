package org.ekkofs.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.ekkofs.catalog.Fact;
import org.ekkofs.format.RecordCodec;
import org.ekkofs.log.Records;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.log.TreeState;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.LogEvent;
import org.ekkofs.model.LogRecord;
import org.ekkofs.model.Slot;
import org.ekkofs.model.StoreUnavailableException;
import org.ekkofs.store.Body;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.TreeKeys;
import org.ekkofs.testing.BigTree;
import org.ekkofs.testing.CallingThread;
import org.ekkofs.testing.FaultyObjectStore.Effect;
import org.ekkofs.testing.FaultyObjectStore.Operation;
import org.ekkofs.testing.ModelDisk;
import org.ekkofs.testing.TestRepository;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Checkpoints every ten records, written in the thread that appends. */
class CheckpointsTest {
  private static final int INTERVAL = 10;
  private static final TreeKeys KEYS = new TreeKeys(TestRepository.TREE);

  @TempDir Path dir;

  private final List<TestRepository> opened = new ArrayList<>();
  private TestRepository base;
  private TestRepository writer;
  private int hosts;

  @BeforeEach
  void open() {
    base = TestRepository.create(dir.resolve("base"));
    writer = host();
  }

  @AfterEach
  void close() {
    opened.forEach(TestRepository::close);
    base.close();
  }

  private TestRepository host() {
    return host("host" + hosts++, point -> {});
  }

  private TestRepository host(String folder, Consumer<CrashPoint> crashPoints) {
    return host(folder, crashPoints, (name, count) -> new CallingThread());
  }

  private TestRepository host(String folder, Consumer<CrashPoint> crashPoints, Threads threads) {
    Surroundings surroundings =
        new Surroundings(
            Clock.systemUTC(), Host.current(), crashPoints, threads, UUID::randomUUID, INTERVAL);
    TestRepository made = base.another(dir.resolve(folder), surroundings);
    opened.add(made);
    return made;
  }

  private static Tree tree(TestRepository host) {
    return host.repository().treeOrNew(TestRepository.TREE);
  }

  private static void append(TestRepository host, LogEvent event) {
    AtomicInteger asked = new AtomicInteger();
    tree(host)
        .log()
        .append(
            state -> asked.getAndIncrement() == 0 ? Optional.of(event) : Optional.empty(),
            TreeState::slot);
  }

  /**
   * Fills the log until it has so many records: backups, most of them deleted again. The host
   * appends every tenth and the last record itself; the others only lie there.
   */
  private void fill(TestRepository host, int records) {
    Optional<LogRecord> last = tree(host).log().refreshed(TreeState::last);
    int next = (int) tree(host).log().current(TreeState::slot).value() + 1;
    for (int slot = next; slot <= records; slot++) {
      LogEvent event = slot == 1 ? Records.create() : event(slot);
      if (slot % INTERVAL == 0 || slot == records) {
        append(host, event);
        last = tree(host).log().current(TreeState::last);
      } else {
        last = Optional.of(Records.stamper("elsewhere").stamp(last, event));
        base.memory().put(record(slot), Body.of(RecordCodec.encode(last.get())));
      }
    }
  }

  private static ObjectKey record(int slot) {
    return new ObjectKey("trees/web/log/%016d".formatted(slot));
  }

  private static LogEvent event(int slot) {
    int n = slot / 3;
    return switch (slot % 3) {
      case 0 -> Records.intent(n, "n" + n);
      case 1 -> Records.commit(n);
      default -> Records.hide(n);
    };
  }

  private List<Long> checkpoints() {
    List<Long> slots = new ArrayList<>();
    base.memory()
        .list(KEYS.checkpoints(), object -> slots.add(Long.parseLong(object.key().name())));
    return slots.stream().sorted().toList();
  }

  private byte[] stored(long slot) {
    return base.memory().get(KEYS.checkpoint(new Slot(slot)), Integer.MAX_VALUE).orElseThrow();
  }

  private void store(long slot, byte[] bytes) {
    base.memory().put(KEYS.checkpoint(new Slot(slot)), Body.of(bytes));
  }

  private static List<Long> recordsRead(TestRepository host) {
    return host.counts().all().stream()
        .filter(call -> call.operation().equals("get") && call.key().contains("/log/"))
        .map(call -> Long.parseLong(call.key().substring(call.key().lastIndexOf('/') + 1)))
        .distinct()
        .sorted()
        .toList();
  }

  /** What the log says, whatever there is of checkpoints and catalogs. */
  private List<TrackedBackup> truth() {
    TreeState state = new TreeState();
    tree(base).log().reader().readAfter(Slot.NONE, state::apply);
    return List.copyOf(state.backups());
  }

  private void assertSeesTheTruth(TestRepository host) {
    assertThat(tree(host).all()).isEqualTo(truth());
  }

  private static List<Long> slots(long from, long to) {
    return LongStream.rangeClosed(from, to).boxed().toList();
  }

  @Test
  void oneIsWrittenWhenTenRecordsLieBehindTheLastAndTwoAreKept() {
    fill(writer, 9);
    assertThat(checkpoints()).isEmpty();
    fill(writer, 10);
    assertThat(checkpoints()).containsExactly(10L);
    fill(writer, 29);
    assertThat(checkpoints()).containsExactly(10L, 20L);
    fill(writer, 45);
    assertThat(checkpoints()).containsExactly(30L, 40L);
  }

  @Test
  void hostsCountFromWhatOthersHaveWritten() {
    fill(writer, 15);
    fill(host(), 19);
    assertThat(checkpoints()).containsExactly(10L);
    fill(host(), 20);
    assertThat(checkpoints()).containsExactly(10L, 20L);
  }

  @Test
  void aNewHostReadsOnlyWhatFollowsTheNewest() {
    fill(writer, 45);
    TestRepository host = host();
    assertSeesTheTruth(host);
    assertThat(recordsRead(host)).isSubsetOf(slots(40, 50)).contains(45L);
    fill(host, 52);
    assertSeesTheTruth(writer);
    assertSeesTheTruth(host);
  }

  @Test
  void whatTheNextProcessFindsInItsCatalogIsComplete() {
    fill(writer, 45);
    try (TestRepository first = host("same", point -> {})) {
      assertSeesTheTruth(first);
      fill(first, 47);
    }
    TestRepository second = host("same", point -> {});
    assertSeesTheTruth(second);
    assertThat(recordsRead(second)).isSubsetOf(slots(47, 57));
  }

  @Test
  void aHostThatWasAwayForLongBeginsFromTheNewest() {
    fill(writer, 5);
    try (TestRepository away = host("away", point -> {})) {
      assertSeesTheTruth(away);
    }
    fill(writer, 45);
    try (TestRepository back = host("away", point -> {})) {
      assertSeesTheTruth(back);
      assertThat(recordsRead(back))
          .isSubsetOf(
              LongStream.concat(LongStream.of(5, 15), LongStream.rangeClosed(40, 50))
                  .boxed()
                  .toList());
    }
    TestRepository again = host("away", point -> {});
    assertSeesTheTruth(again);
    assertThat(recordsRead(again)).isSubsetOf(slots(45, 55));
  }

  @Test
  void aHostThatIsALittleBehindReadsTheLogAlone() {
    fill(writer, 38);
    try (TestRepository away = host("away", point -> {})) {
      assertSeesTheTruth(away);
    }
    fill(writer, 42);
    TestRepository back = host("away", point -> {});
    assertSeesTheTruth(back);
    assertThat(back.counts().all()).noneMatch(call -> call.key().contains("/checkpoints/"));
  }

  /** What can be wrong with a checkpoint. */
  private enum Damage {
    FLIPPED,
    CUT_SHORT,
    EMPTY,
    GARBAGE,
    OLDER_ONE_IN_ITS_PLACE,
    OF_ANOTHER_VERSION,
    TOO_LONG,
    UNREADABLE
  }

  private void damage(long slot, Damage damage, TestRepository reader) {
    byte[] bytes = stored(slot);
    switch (damage) {
      case FLIPPED -> bytes[bytes.length / 2] ^= 4;
      case CUT_SHORT -> bytes = Arrays.copyOf(bytes, bytes.length - 7);
      case EMPTY -> bytes = new byte[0];
      case GARBAGE -> new Random(1).nextBytes(bytes);
      case OLDER_ONE_IN_ITS_PLACE ->
          bytes = stored(checkpoints().get(0) == slot ? slot + INTERVAL : slot - INTERVAL);
      case OF_ANOTHER_VERSION -> bytes[4] = 2;
      case TOO_LONG -> bytes = new byte[(64 << 20) + 1];
      case UNREADABLE -> {
        String key = KEYS.checkpoint(new Slot(slot)).value();
        reader.faults().fail(Operation.GET, key::equals, 1, Integer.MAX_VALUE, Effect.FAIL_BEFORE);
      }
    }
    store(slot, bytes);
  }

  @ParameterizedTest
  @EnumSource
  void oneThatIsOfNoUseIsPassedOver(Damage damage) {
    fill(writer, 45);
    TestRepository host = host();
    damage(40, damage, host);
    assertSeesTheTruth(host);
    assertThat(recordsRead(host)).contains(31L, 45L).doesNotContain(29L);
    fill(host, 46);
    // One that only could not be asked for is as good as ever, and no other is due yet.
    assertThat(checkpoints().contains(46L)).isEqualTo(damage != Damage.UNREADABLE);
    assertSeesTheTruth(host());
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "OLDER_ONE_IN_ITS_PLACE")
  void withoutAGoodOneTheWholeLogIsRead(Damage damage) {
    fill(writer, 45);
    TestRepository host = host();
    damage(30, damage, host);
    damage(40, damage, host);
    assertSeesTheTruth(host);
    assertThat(recordsRead(host)).containsAll(slots(1, 45));
  }

  @Test
  void oneOfALogThatWasReplacedByAnOlderCopyIsPassedOver() {
    fill(writer, 45);
    for (int slot = 36; slot <= 45; slot++) {
      base.memory().delete(List.of(record(slot)));
    }
    TestRepository other = host();
    for (int slot = 36; slot <= 44; slot++) {
      append(other, Records.protect(slot));
    }
    TestRepository host = host();
    assertSeesTheTruth(host);
    assertThat(recordsRead(host)).contains(31L).doesNotContain(29L);
  }

  @Test
  void whoeverIsFirstToCreateOneWins() {
    fill(writer, 19);
    byte[] theirs = {1, 2, 3};
    TestRepository slower =
        host(
            "slower",
            point -> {
              if (point == CrashPoint.BEFORE_CHECKPOINT) {
                assertThat(base.memory().createIfAbsent(KEYS.checkpoint(new Slot(20)), theirs))
                    .isTrue();
              }
            });
    fill(slower, 20);
    assertThat(stored(20)).isEqualTo(theirs);
    assertSeesTheTruth(host());
  }

  @Test
  void aProcessThatDiesBeforeItIsStoredLeavesNothing() {
    fill(writer, 19);
    TestRepository mortal =
        host(
            "mortal",
            point -> {
              if (point == CrashPoint.BEFORE_CHECKPOINT) {
                throw new AssertionError("dead");
              }
            });
    assertThatThrownBy(() -> fill(mortal, 20)).hasMessage("dead");
    assertThat(checkpoints()).containsExactly(10L);
    TestRepository next = host();
    assertSeesTheTruth(next);
    fill(next, 21);
    assertThat(checkpoints()).containsExactly(10L, 21L);
  }

  @ParameterizedTest
  @EnumSource(names = {"LIST", "CREATE", "DELETE"})
  void aStoreThatRefusesCheckpointsDoesNotMatter(Operation operation) {
    writer
        .faults()
        .fail(
            operation,
            key -> key.contains("/checkpoints/"),
            1,
            Integer.MAX_VALUE,
            Effect.FAIL_BEFORE);
    fill(writer, 45);
    assertSeesTheTruth(writer);
    TestRepository host = host();
    host.faults()
        .fail(
            operation,
            key -> key.contains("/checkpoints/"),
            1,
            Integer.MAX_VALUE,
            Effect.FAIL_BEFORE);
    assertSeesTheTruth(host);
    writer.faults().assertAllFired();
  }

  @Test
  void aStoreThatFailsWhileTheLogIsReadIsStillAnError() {
    fill(writer, 45);
    TestRepository host = host();
    host.faults().fail(Operation.GET, key -> true, 1, Integer.MAX_VALUE, Effect.FAIL_BEFORE);
    assertThatThrownBy(() -> tree(host).all()).isInstanceOf(StoreUnavailableException.class);
  }

  @Test
  void aProcessThatEndsWaitsForTheOneItWrites() {
    TestRepository host = host("real", point -> {}, Threads.REAL);
    fill(host, 10);
    host.close();
    opened.remove(host);
    assertThat(checkpoints()).hasSize(1);
    assertSeesTheTruth(host());
  }

  @Test
  void theReferencesOfBackupsComeAlong() {
    ModelDisk disk = ModelDisk.random(300_000, new Random(1));
    List<BackupId> ids = new ArrayList<>();
    ids.add(writer.snapshot(disk, "n0", "").id());
    for (int n = 1; n < 6; n++) {
      ids.add(writer.snapshot(disk, "n" + n, "n" + (n - 1)).id());
    }
    assertThat(checkpoints()).containsExactly(10L);
    TestRepository host = host();
    assertSeesTheTruth(host);
    ids.subList(0, 4).forEach(id -> assertKnowsReferences(host, id));
  }

  @Test
  void theReferencesOfBackupsOfOthersAreFetched() {
    BigTree.write(base.memory(), TestRepository.TREE, 20, 3);
    append(writer, Records.intent(1, "one-more"));
    assertThat(checkpoints()).containsExactly(42L);
    TestRepository host = host();
    assertSeesTheTruth(host);
    assertThat(tree(host).visible()).hasSize(20);
    tree(host).visible().forEach(backup -> assertKnowsReferences(host, backup.id()));
  }

  private void assertKnowsReferences(TestRepository host, BackupId id) {
    assertThat(host.repository().catalog().fact(TestRepository.TREE, Fact.REFERENCES, id))
        .hasValueSatisfying(
            bytes ->
                assertThat(bytes)
                    .isEqualTo(base.memory().get(KEYS.references(id), 1_000).orElseThrow()));
  }

  private VerificationReport verify() {
    return new Verification(host().repository())
        .verify(
            new VerificationRequest(
                Optional.of(TestRepository.TREE), Optional.empty(), 0, OptionalLong.empty(), false),
            Progress.NONE);
  }

  /** Nothing that the backups of this log refer to exists, so all are deleted first. */
  private void fillWithDeleted(int records) {
    fill(writer, records);
    assertThat(tree(writer).visible()).isEmpty();
  }

  @Test
  void verifyFindsGoodOnesGood() {
    fillWithDeleted(44);
    assertThat(verify().notes()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(
      names = {
        "FLIPPED",
        "CUT_SHORT",
        "EMPTY",
        "GARBAGE",
        "OLDER_ONE_IN_ITS_PLACE",
        "OF_ANOTHER_VERSION"
      })
  void verifyNamesDamagedOnes(Damage damage) {
    fillWithDeleted(44);
    damage(40, damage, writer);
    VerificationReport report = verify();
    assertThat(report.allIsWell()).isTrue();
    assertThat(report.notes())
        .singleElement()
        .asString()
        .startsWith("trees/web/checkpoints/0000000000000040 is of no use: ")
        .endsWith("; nothing rests on it, delete it");
  }

  @Test
  void verifyNamesOneThatSaysSomethingElseThanTheLog() {
    fillWithDeleted(44);
    TreeState wrong = new TreeState();
    tree(base)
        .log()
        .reader()
        .readAfter(
            Slot.NONE,
            (slot, record) -> {
              if (slot.value() <= 40) {
                wrong.apply(slot, record);
              }
            });
    List<TrackedBackup> fewer = new ArrayList<>(wrong.backups());
    fewer.remove(3);
    TreeState lying =
        TreeState.resume(
            wrong.settings().orElseThrow(),
            wrong.slot(),
            wrong.last().orElseThrow(),
            fewer,
            wrong.plans(),
            wrong.lastPlan(),
            wrong.storedBytes());
    CheckpointFiles files = base.repository().checkpoints().files();
    store(40, files.make(TestRepository.TREE, lying, backup -> Optional.empty()));
    assertThat(verify().notes())
        .singleElement()
        .asString()
        .contains("does not say what the log says");
  }

  @Test
  void verifyNamesOneWithForeignReferences() {
    fillWithDeleted(44);
    TreeState state = new TreeState();
    tree(base)
        .log()
        .reader()
        .readAfter(
            Slot.NONE,
            (slot, record) -> {
              if (slot.value() <= 40) {
                state.apply(slot, record);
              }
            });
    byte[] foreign = UUID.randomUUID().toString().getBytes(StandardCharsets.UTF_8);
    CheckpointFiles files = base.repository().checkpoints().files();
    store(40, files.make(TestRepository.TREE, state, backup -> Optional.of(foreign)));
    assertThat(verify().notes()).singleElement().asString().contains("its references of backup");
    TestRepository host = host();
    assertSeesTheTruth(host);
    assertThat(
            host.repository().catalog().fact(TestRepository.TREE, Fact.REFERENCES, Records.id(1)))
        .isEmpty();
  }

  @Test
  void verifyNamesOneBeyondTheLog() {
    fillWithDeleted(44);
    store(90, stored(40));
    assertThat(verify().notes()).singleElement().asString().contains("the log has no record 90");
  }

  @Test
  void verifySeesThatARecordIsMissingBehindACheckpoint() {
    fillWithDeleted(44);
    base.memory().delete(List.of(record(20)));
    VerificationReport report = verify();
    assertThat(report.trees())
        .singleElement()
        .satisfies(
            problem ->
                assertThat(problem.message())
                    .contains("record 20 of the log of tree web is missing"));
    assertThat(report.warnings()).isEmpty();
    assertThat(report.notes()).isEmpty();
  }

  @Test
  void verifySeesDamageInOldRecordsThatCheckpointsHide() {
    fillWithDeleted(44);
    base.memory().put(record(4), Body.of(new byte[9]));
    VerificationReport report = verify();
    assertThat(report.trees())
        .singleElement()
        .satisfies(problem -> assertThat(problem.message()).contains("record 4 of the log"));
  }
}
