package org.ekkofs.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.BackupPath;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.Compression;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.NotFoundException;
import org.ekkofs.model.RefusedException;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.model.StoreUnavailableException;
import org.ekkofs.source.RawSource;
import org.ekkofs.testing.FaultyObjectStore.Effect;
import org.ekkofs.testing.FaultyObjectStore.Fault;
import org.ekkofs.testing.FaultyObjectStore.Operation;
import org.ekkofs.testing.ModelDisk;
import org.ekkofs.testing.TestRepository;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SnapshotFailureTest {
  @TempDir Path dir;

  private final Random random = new Random(13);
  private final ModelDisk disk = ModelDisk.full(5_000_000, random);
  private TestRepository web;

  @BeforeEach
  void create() {
    web = TestRepository.create(dir.resolve("web"));
  }

  @AfterEach
  void close() {
    web.close();
  }

  private void assertNothingIsThereAndTheNameIsFree() {
    web.faults().assertAllFired();
    web.faults().heal();
    assertThat(web.tree().visible()).isEmpty();
    assertThat(web.tree().all()).noneMatch(TrackedBackup::isOpen);
    web.assertHolds(web.snapshot(disk, "name", ""), disk);
  }

  private static long logRecords(TestRepository web) {
    AtomicLong records = new AtomicLong();
    web.memory().list("trees/web/log/", record -> records.incrementAndGet());
    return records.get();
  }

  @ParameterizedTest
  @EnumSource(
      value = Effect.class,
      names = {"FAIL_BEFORE", "FAIL_AFTER"})
  void whicheverPutFailsTheSnapshotFailsCleanly(Effect effect) {
    for (int n = 1; n <= 7; n++) {
      Fault fault = web.faults().fail(Operation.PUT, n, effect);
      assertThatThrownBy(() -> web.snapshot(disk, "name", ""))
          .isInstanceOf(StoreUnavailableException.class);
      assertThat(fault.fired()).isOne();
      web.faults().heal();
      assertThat(web.tree().visible()).isEmpty();
      assertThat(web.tree().all()).hasSize(n).noneMatch(TrackedBackup::isOpen);
    }
    web.faults().fail(Operation.PUT, key -> key.contains("/chunks/"), 5, 5, effect);
    assertThatThrownBy(() -> web.snapshot(disk, "name", ""))
        .isInstanceOf(StoreUnavailableException.class);
    assertNothingIsThereAndTheNameIsFree();
  }

  @Test
  void aCommitWhoseAnswerIsLostIsReportedOnceAsASuccess() {
    web.faults().fail(Operation.CREATE, 3, Effect.FAIL_AFTER);
    web.assertHolds(web.snapshot(disk, "name", ""), disk);
    web.faults().assertAllFired();
    assertThat(logRecords(web)).isEqualTo(3);
  }

  @Test
  void aCommitThatIsReadBackCutShortIsReportedOnceAsASuccess() {
    String commit = "trees/web/log/0000000000000003";
    web.faults().fail(Operation.CREATE, 3, Effect.FAIL_AFTER);
    // Before it is written it is looked for twice, and there is nothing to cut short.
    web.faults().fail(Operation.GET, commit::equals, 1, 3, Effect.TRUNCATE);
    web.assertHolds(web.snapshot(disk, "name", ""), disk);
    web.faults().assertAllFired();
    assertThat(logRecords(web)).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void anyRecordMayTakeSeveralTries(int record) {
    web.faults().fail(Operation.CREATE, key -> true, record, record + 2, Effect.FAIL_BEFORE);
    web.assertHolds(web.snapshot(disk, "name", ""), disk);
    web.faults().assertAllFired();
    assertThat(logRecords(web)).isEqualTo(3);
  }

  @Test
  void aCommitThatNobodyCanAskAboutIsReportedAsUnknown() {
    Fault lost = web.faults().fail(Operation.CREATE, 3, Effect.FAIL_AFTER);
    web.faults()
        .fail(
            Operation.GET,
            key -> key.endsWith("/0000000000000003") && lost.fired() > 0,
            1,
            Integer.MAX_VALUE,
            Effect.FAIL_BEFORE);
    assertThatThrownBy(() -> web.snapshot(disk, "name", ""))
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessageContaining("unknown");
    web.faults().assertAllFired();
    web.faults().heal();
    web.assertHolds(web.tree().find(new BackupName("name")), disk);
    assertThat(web.tree().all()).hasSize(1);
  }

  @Test
  void aCommitThatCanBeAskedAboutInTheEndIsASuccess() {
    Fault lost = web.faults().fail(Operation.CREATE, 3, Effect.FAIL_AFTER);
    web.faults()
        .fail(
            Operation.GET,
            key -> key.endsWith("/0000000000000003") && lost.fired() > 0,
            1,
            4,
            Effect.FAIL_BEFORE);
    web.assertHolds(web.snapshot(disk, "name", ""), disk);
    web.faults().assertAllFired();
    assertThat(logRecords(web)).isEqualTo(3);
  }

  @Test
  void aCommitThatIsFoundButCannotBeMadeDurableIsNoSuccess() {
    Fault lost = web.faults().fail(Operation.CREATE, 3, Effect.FAIL_AFTER);
    Fault unread =
        web.faults()
            .fail(
                Operation.GET,
                key -> key.endsWith("/0000000000000003") && lost.fired() > 0,
                1,
                4,
                Effect.FAIL_BEFORE);
    web.faults().fail(Operation.SYNC, none -> unread.fired() == 4, 1, 1, Effect.FAIL_BEFORE);
    assertThatThrownBy(() -> web.snapshot(disk, "name", ""))
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessageContaining("unknown");
    web.faults().assertAllFired();
  }

  @Test
  void aStoreThatGoesAwayForGoodLeavesTheNameUsable() {
    web.faults()
        .fail(
            Operation.PUT,
            key -> key.contains("/manifests/"),
            1,
            Integer.MAX_VALUE,
            Effect.FAIL_BEFORE);
    web.faults().fail(Operation.CREATE, key -> true, 3, Integer.MAX_VALUE, Effect.FAIL_BEFORE);
    assertThatThrownBy(() -> web.snapshot(disk, "name", ""))
        .isInstanceOf(StoreUnavailableException.class);
    web.faults().assertAllFired();
    web.faults().heal();
    assertThat(web.tree().visible()).isEmpty();
    web.assertHolds(web.snapshot(disk, "name", ""), disk);
  }

  @Test
  void aThreadThatIsInterruptedWhileItWaitsForTheStoreGivesUpAndRevokes() throws Exception {
    Fault stall =
        web.faults()
            .fail(
                Operation.PUT, key -> key.contains("/chunks/"), 1, Integer.MAX_VALUE, Effect.STALL);
    CompletableFuture<Throwable> outcome = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                web.snapshot(disk, "name", "");
              } catch (Throwable e) {
                outcome.complete(e);
              }
            });
    thread.start();
    stall.awaitReached();
    thread.interrupt();
    assertThat(outcome.get(30, TimeUnit.SECONDS)).isInstanceOf(CancelledException.class);
    assertNothingIsThereAndTheNameIsFree();
  }

  @Test
  void aThreadThatIsInterruptedWhileItReadsAFileGivesUpAndRevokes() {
    Path file = TestRepository.file(dir.resolve("disk"), disk);
    Progress interrupting = at(1, () -> Thread.currentThread().interrupt());
    assertThatThrownBy(() -> web.snapshot(RawSource.open(file), "name", "", interrupting))
        .isInstanceOf(CancelledException.class);
    Thread.interrupted();
    assertNothingIsThereAndTheNameIsFree();
  }

  @Test
  void cancellingStopsTheWorkAndRevokes() {
    Progress cancelling =
        at(
            2,
            () -> {
              throw new CancelledException("stopped");
            });
    assertThatThrownBy(() -> web.snapshot(disk.source(true), "name", "", cancelling))
        .isInstanceOf(CancelledException.class);
    assertNothingIsThereAndTheNameIsFree();
  }

  /** Does something at the nth check. */
  private static Progress at(int nth, Runnable action) {
    return new Progress() {
      private int checks;

      @Override
      public void begin(String task, long totalBytes) {}

      @Override
      public void advance(long bytes) {}

      @Override
      public void check() {
        if (++checks == nth) {
          action.run();
        }
      }
    };
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1_500_000, 4_999_999, 5_000_001, 9_000_000})
  void aDiskThatChangesItsSizeWhileItIsReadIsNotBackedUp(int size) {
    Path file = TestRepository.file(dir.resolve("disk"), disk);
    Progress resizing = at(3, () -> resize(file, size));
    assertThatThrownBy(() -> web.snapshot(RawSource.open(file), "name", "", resizing))
        .isInstanceOf(FailedException.class)
        .hasMessageContaining(file.toString());
    assertNothingIsThereAndTheNameIsFree();
  }

  private static void resize(Path file, int size) {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.setLength(size);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A thread that has nothing left to do may be seen for a moment longer. */
  private static boolean isAtWork(StackTraceElement[] stack) {
    return Arrays.stream(stack).anyMatch(call -> call.getClassName().startsWith("org.ekkofs."));
  }

  @Test
  void afterAFailureNothingIsPutAnyMore() throws Exception {
    Fault stall =
        web.faults().fail(Operation.PUT, key -> key.endsWith("/00000001"), 1, 1, Effect.STALL);
    web.faults().fail(Operation.PUT, key -> key.endsWith("/00000000"), 1, 1, Effect.FAIL_BEFORE);
    assertThatThrownBy(() -> web.snapshot(disk, "name", ""))
        .isInstanceOf(StoreUnavailableException.class);
    assertThat(Thread.getAllStackTraces().entrySet().stream())
        .filteredOn(thread -> thread.getKey().getName().matches("ekkofs-(put|hash).*"))
        .filteredOn(thread -> isAtWork(thread.getValue()))
        .isEmpty();
    stall.release();
  }

  @Test
  void settingsThatAreNotTheTreesAreRefusedAndLeaveNoTrace() {
    web.snapshot(disk, "name", "");
    SnapshotRequest segments =
        new SnapshotRequest(
            BackupPath.parse("web/other"),
            Optional.empty(),
            Optional.of(new SegmentSize(SegmentSize.MIN_BYTES)),
            Optional.empty());
    SnapshotRequest level =
        new SnapshotRequest(
            BackupPath.parse("web/other"),
            Optional.empty(),
            Optional.empty(),
            Optional.of(new Compression(9)));
    Consumer<SnapshotRequest> take =
        request -> new Snapshots(web.repository()).take(disk.source(true), request, Progress.NONE);
    assertThatThrownBy(() -> take.accept(segments)).isInstanceOf(RefusedException.class);
    assertThatThrownBy(() -> take.accept(level)).isInstanceOf(RefusedException.class);
    assertThat(logRecords(web)).isEqualTo(3);
  }

  @Test
  void aParentInATreeThatDoesNotExistMakesNoTree() {
    assertThatThrownBy(() -> web.snapshot(disk, "name", "parent"))
        .isInstanceOf(NotFoundException.class);
    assertThat(web.repository().treeNames()).isEmpty();
  }

  @Test
  void localFilesOfTheMakingAreGoneWhetherItSucceedsOrFails() throws IOException {
    web.faults().fail(Operation.PUT, 3, Effect.FAIL_BEFORE);
    assertThatThrownBy(() -> web.snapshot(disk, "name", ""))
        .isInstanceOf(StoreUnavailableException.class);
    web.snapshot(disk, "name", "");
    try (var files = Files.walk(dir.resolve("web"))) {
      assertThat(files.map(Path::toString)).noneMatch(name -> name.contains(".tmp"));
    }
  }
}
