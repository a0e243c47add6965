package org.ekkofs.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.RefusedException;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.model.StoreUnavailableException;
import org.ekkofs.model.TreeName;
import org.ekkofs.model.WriterProcess;
import org.ekkofs.store.ObjectInfo;
import org.ekkofs.testing.CountingObjectStore.Call;
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

/** A copy is interrupted, and another one goes on with it. */
class CopyCrashTest {
  private static final int SEGMENT = SegmentSize.DEFAULT.bytes();
  private static final TreeName TREE = TestRepository.TREE;
  private static final BackupName SECOND = new BackupName("second");
  private static final CopyRequest ALL = new CopyRequest(TREE, Set.of(), TREE);
  private static final SweepOptions NOW =
      new SweepOptions(Duration.ZERO, Duration.ofHours(48), false);

  private static final class Death extends Error {
    private static final long serialVersionUID = 1L;
  }

  @TempDir Path dir;

  private final Random random = new Random(12);
  private final ModelDisk first = ModelDisk.random(8 * SEGMENT, random);
  private final ModelDisk second = first.copy().scribble(SEGMENT, 6 * SEGMENT - 5000, random);
  private TestRepository from;
  private TestRepository to;

  @BeforeEach
  void copyTheFirst() {
    from = TestRepository.create(dir.resolve("from"));
    to = TestRepository.create(dir.resolve("to"));
    from.snapshot(first, "first", "");
    copies(to).copy(ALL, Progress.NONE);
    from.snapshot(second, "second", "first");
  }

  @AfterEach
  void close() {
    from.close();
    to.close();
  }

  private Copies copies(TestRepository destination) {
    return new Copies(from.repository(), destination.repository());
  }

  /** A process of this host that has ended. */
  private static WriterProcess ended() {
    try {
      Process child = new ProcessBuilder("true").start();
      child.waitFor();
      WriterProcess self = Host.current().self();
      return new WriterProcess(self.host(), self.bootId(), child.pid(), 1);
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** A process with the destination open that dies when it has reached the point so many times. */
  private TestRepository mortal(CrashPoint point, int times, WriterProcess writer) {
    TestRepository[] self = new TestRepository[1];
    AtomicInteger reached = new AtomicInteger();
    Consumer<CrashPoint> death =
        at -> {
          if (at == point && reached.incrementAndGet() == times) {
            for (Operation operation : Operation.values()) {
              self[0]
                  .faults()
                  .fail(operation, key -> true, 1, Integer.MAX_VALUE, Effect.FAIL_BEFORE);
            }
            throw new Death();
          }
        };
    self[0] =
        to.another(
            dir.resolve("mortal"), new Surroundings(Clock.systemUTC(), new Host(writer), death));
    return self[0];
  }

  /** Has a process die on the way; gives what it put. */
  private List<Call> die(CrashPoint point, int times, WriterProcess writer) {
    try (TestRepository mortal = mortal(point, times, writer)) {
      assertThatThrownBy(() -> copies(mortal).copy(ALL, Progress.NONE)).isInstanceOf(Death.class);
      return mortal.counts().ofChunks("put");
    }
  }

  private List<ObjectInfo> chunks() {
    List<ObjectInfo> found = new ArrayList<>();
    to.memory().list(to.tree().keys().chunks(), found::add);
    return found;
  }

  private void assertAllIsWell() {
    to.assertHolds(to.tree().find(new BackupName("first")), first);
    to.assertHolds(to.tree().find(SECOND), second);
    assertThat(
            new Verification(to.repository())
                .verify(VerificationRequest.everything(100), Progress.NONE)
                .problems())
        .isEmpty();
  }

  @ParameterizedTest
  @EnumSource(
      value = CrashPoint.class,
      names = {"AFTER_INTENT", "BETWEEN_CHUNKS", "BEFORE_MANIFEST", "AFTER_MANIFEST"})
  void whatAnInterruptedCopyHasStoredIsNotSentAgain(CrashPoint point) {
    die(point, point == CrashPoint.BETWEEN_CHUNKS ? 5 : 1, ended());
    assertThat(to.tree().visible()).hasSize(1);
    int stored = chunks().size();
    to.counts().reset();
    from.counts().reset();
    CopyReport report = copies(to).copy(ALL, Progress.NONE);
    assertThat(report.copied()).hasSize(1);
    int puts = to.counts().ofChunks("put").size();
    int fresh = (int) TestRepository.figures(report.copied().get(0)).newChunks();
    int before = (int) TestRepository.figures(to.tree().find(new BackupName("first"))).newChunks();
    assertThat(puts).isEqualTo(fresh - (stored - before));
    assertThat(to.counts().count("adopt")).isEqualTo(stored - before);
    assertThat(from.counts().ofChunks("get").size()).isLessThanOrEqualTo(2 * puts);
    assertThat(to.tree().all()).noneMatch(TrackedBackup::isOpen);
    assertAllIsWell();
    assertThat(copies(to).copy(ALL, Progress.NONE).already()).isEqualTo(2);
  }

  @Test
  void aCopyThatDiedAfterItsCommitIsThere() {
    die(CrashPoint.AFTER_COMMIT, 1, ended());
    to.counts().reset();
    assertThat(copies(to).copy(ALL, Progress.NONE).already()).isEqualTo(2);
    assertThat(to.counts().count("put")).isZero();
    assertAllIsWell();
  }

  @Test
  void aCopyIsContinuedAsOftenAsItIsInterrupted() {
    die(CrashPoint.BETWEEN_CHUNKS, 2, ended());
    die(CrashPoint.BETWEEN_CHUNKS, 4, ended());
    die(CrashPoint.BEFORE_MANIFEST, 1, ended());
    to.counts().reset();
    CopyReport report = copies(to).copy(ALL, Progress.NONE);
    assertThat(to.counts().ofChunks("put")).isEmpty();
    assertThat(report.reusedBytes()).isPositive();
    assertThat(report.sentBytes()).isLessThan(20_000);
    assertThat(to.tree().all()).noneMatch(TrackedBackup::isOpen);
    assertAllIsWell();
  }

  @Test
  void sweepsLeaveAloneWhatACopyHasTakenOver() {
    die(CrashPoint.BETWEEN_CHUNKS, 5, ended());
    int stored = chunks().size();
    assertThat(new Sweeps(to.repository()).sweep(to.tree(), NOW, Progress.NONE).chunks()).isZero();
    to.snapshot(first, "own", "");
    assertThat(chunks()).hasSizeGreaterThanOrEqualTo(stored);
    copies(to).copy(ALL, Progress.NONE);
    SweepReport swept = new Sweeps(to.repository()).sweep(to.tree(), NOW, Progress.NONE);
    assertThat(swept.chunks()).isZero();
    long records = to.tree().all().size();
    assertThat(records).isEqualTo(4);
    assertAllIsWell();
  }

  @Test
  void whatACopyDidNotNeedGoesAndTheRestWhenItIsDeleted() {
    die(CrashPoint.BEFORE_MANIFEST, 1, ended());
    copies(to).copy(ALL, Progress.NONE);
    assertAllIsWell();
    to.tree().delete(SECOND);
    new Sweeps(to.repository()).sweep(to.tree(), NOW, Progress.NONE);
    int left = (int) TestRepository.figures(to.tree().find(new BackupName("first"))).newChunks();
    assertThat(chunks()).hasSize(left);
    to.assertHolds(to.tree().find(new BackupName("first")), first);
    to.counts().reset();
    SweepReport nothing = new Sweeps(to.repository()).sweep(to.tree(), NOW, Progress.NONE);
    assertThat(nothing.chunks()).isZero();
    assertThat(to.counts().count("put")).isZero();
  }

  @Test
  void aCopyThatIsUnderWayIsNotTakenOver() {
    die(CrashPoint.BETWEEN_CHUNKS, 5, Host.current().self());
    CopyReport report = copies(to).copy(ALL, Progress.NONE);
    assertThat(report.copied()).hasSize(1);
    assertThat(report.reusedBytes()).isZero();
    assertThat(to.tree().all()).filteredOn(TrackedBackup::isOpen).hasSize(1);
    assertAllIsWell();
  }

  @Test
  void chunksFromBeforeARestartOfTheHostAreReadWhole() {
    WriterProcess ended = ended();
    WriterProcess before =
        new WriterProcess(ended.host(), "another boot", ended.pid(), ended.startedMillis());
    die(CrashPoint.BEFORE_MANIFEST, 1, before);
    // A torn file: its beginning is there and the rest is not.
    ObjectInfo torn =
        chunks().stream()
            .filter(chunk -> chunk.key().value().contains(open().id().toString()))
            .findFirst()
            .orElseThrow();
    byte[] object = to.memory().get(torn.key(), Integer.MAX_VALUE).orElseThrow();
    java.util.Arrays.fill(object, object.length - 1000, object.length, (byte) 0);
    to.memory().put(torn.key(), org.ekkofs.store.Body.of(object));
    to.counts().reset();
    CopyReport report = copies(to).copy(ALL, Progress.NONE);
    assertThat(report.reusedBytes()).isPositive();
    assertThat(to.counts().ofChunks("put")).hasSize(1);
    assertAllIsWell();
  }

  private TrackedBackup open() {
    return to.tree().all().stream().filter(TrackedBackup::isOpen).findAny().orElseThrow();
  }

  @Test
  void whoContinuesACopyThatIsRevokedMeanwhileIsToldSo() {
    die(CrashPoint.BETWEEN_CHUNKS, 5, ended());
    TrackedBackup interrupted = open();
    Consumer<CrashPoint> revoke =
        point -> {
          if (point == CrashPoint.AFTER_MANIFEST) {
            to.tree().revoke(interrupted.id());
          }
        };
    try (TestRepository slow = to.another(dir.resolve("slow"), revoke)) {
      assertThatThrownBy(() -> copies(slow).copy(ALL, Progress.NONE))
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("revoked");
    }
    assertThat(to.tree().visible()).hasSize(1);
    copies(to).copy(ALL, Progress.NONE);
    assertAllIsWell();
  }

  @Test
  void ofTwoThatContinueOneCopyOneWins() {
    die(CrashPoint.BETWEEN_CHUNKS, 5, ended());
    boolean[] nested = new boolean[1];
    Consumer<CrashPoint> other =
        point -> {
          if (point == CrashPoint.AFTER_MANIFEST && !nested[0]) {
            nested[0] = true;
            assertThat(copies(to).copy(ALL, Progress.NONE).copied()).hasSize(1);
          }
        };
    WriterProcess elsewhere = new WriterProcess(ended().host(), "", 7, 7);
    try (TestRepository slow =
        to.another(
            dir.resolve("slow"), new Surroundings(Clock.systemUTC(), new Host(elsewhere), other))) {
      CopyReport report = copies(slow).copy(ALL, Progress.NONE);
      assertThat(report.copied()).isEmpty();
      assertThat(report.already()).isEqualTo(2);
    }
    assertAllIsWell();
  }

  @Test
  void aStoreThatIsLostEndsTheCopyAndTheNextOneGoesOn() {
    try (TestRepository unlucky =
        to.another(
            dir.resolve("unlucky"),
            new Surroundings(Clock.systemUTC(), new Host(ended()), point -> {}))) {
      unlucky
          .faults()
          .fail(
              Operation.PUT,
              key -> key.contains("/chunks/"),
              4,
              Integer.MAX_VALUE,
              Effect.FAIL_BEFORE);
      assertThatThrownBy(() -> copies(unlucky).copy(ALL, Progress.NONE))
          .isInstanceOf(StoreUnavailableException.class);
    }
    assertThat(to.tree().all()).filteredOn(TrackedBackup::isOpen).hasSize(1);
    CopyReport report = copies(to).copy(ALL, Progress.NONE);
    assertThat(report.copied()).hasSize(1);
    assertThat(report.reusedBytes()).isPositive();
    assertAllIsWell();
  }
}
