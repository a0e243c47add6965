package org.ekkofs.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.ekkofs.log.Phase;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.AlreadyExistsException;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.WriterProcess;
import org.ekkofs.testing.FaultyObjectStore;
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

/** A process dies at a named point: from then on nothing of what it does reaches the store. */
class SnapshotCrashTest {
  private static final class Death extends Error {
    private static final long serialVersionUID = 1L;
  }

  @TempDir Path dir;

  private final ModelDisk disk = ModelDisk.random(4_000_000, new Random(3));
  private TestRepository web;
  private TrackedBackup first;

  @BeforeEach
  void takeTheFirst() {
    web = TestRepository.create(dir.resolve("survivor"));
    first = web.snapshot(disk, "first", "");
  }

  @AfterEach
  void close() {
    web.close();
  }

  /** A process of this host that has ended. */
  private static WriterProcess ended() {
    try {
      Process child = new ProcessBuilder("true").start();
      long started = child.info().startInstant().map(i -> i.toEpochMilli()).orElse(0L);
      child.waitFor();
      WriterProcess self = Host.current().self();
      return new WriterProcess(self.host(), self.bootId(), child.pid(), started);
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Another process, which dies when it has reached the point so many times. */
  private TestRepository mortal(CrashPoint point, int times, WriterProcess writer) {
    FaultyObjectStore[] store = new FaultyObjectStore[1];
    AtomicInteger reached = new AtomicInteger();
    Consumer<CrashPoint> death =
        at -> {
          if (at == point && reached.incrementAndGet() == times) {
            for (Operation operation : Operation.values()) {
              store[0].fail(operation, key -> true, 1, Integer.MAX_VALUE, Effect.FAIL_BEFORE);
            }
            throw new Death();
          }
        };
    TestRepository mortal =
        web.another(
            dir.resolve("mortal"), new Surroundings(Clock.systemUTC(), new Host(writer), death));
    store[0] = mortal.faults();
    return mortal;
  }

  private void assertAllVerifies(int backups) {
    VerificationReport report =
        new Verification(web.repository())
            .verify(VerificationRequest.everything(100), Progress.NONE);
    assertThat(report.problems()).isEmpty();
    assertThat(report.backups()).isEqualTo(backups);
  }

  @ParameterizedTest
  @EnumSource(
      value = CrashPoint.class,
      names = {"AFTER_INTENT", "BETWEEN_CHUNKS", "BEFORE_MANIFEST", "AFTER_MANIFEST"})
  void whatDiesBeforeItsCommitIsNeverSeenAndTheNameIsFree(CrashPoint point) {
    ModelDisk changed = disk.copy().scribble(0, 2_500_000, new Random(4));
    int times = point == CrashPoint.BETWEEN_CHUNKS ? 3 : 1;
    try (TestRepository mortal = mortal(point, times, ended())) {
      assertThatThrownBy(() -> mortal.snapshot(changed, "second", "first"))
          .isInstanceOf(Death.class);
    }
    assertThat(web.tree().visible()).extracting(TrackedBackup::id).containsExactly(first.id());
    assertAllVerifies(1);

    TrackedBackup second = web.snapshot(changed, "second", "first");
    assertThat(web.tree().all()).noneMatch(TrackedBackup::isOpen);
    assertThat(web.tree().visible())
        .extracting(TrackedBackup::id)
        .containsExactly(first.id(), second.id());
    web.assertHolds(second, changed);
    assertAllVerifies(2);
  }

  @Test
  void whatDiesAfterItsCommitIsThere() {
    ModelDisk changed = disk.copy().scribble(0, 2_500_000, new Random(4));
    try (TestRepository mortal = mortal(CrashPoint.AFTER_COMMIT, 1, ended())) {
      assertThatThrownBy(() -> mortal.snapshot(changed, "second", "first"))
          .isInstanceOf(Death.class);
    }
    assertThatThrownBy(() -> web.snapshot(changed, "second", "first"))
        .isInstanceOf(AlreadyExistsException.class);
    web.assertHolds(web.tree().find(new BackupName("second")), changed);
    assertAllVerifies(2);
  }

  @Test
  void whatDiesAfterHidingHasHidden() {
    try (TestRepository mortal = mortal(CrashPoint.AFTER_HIDE, 1, ended())) {
      assertThatThrownBy(() -> mortal.tree().delete(new BackupName("first")))
          .isInstanceOf(Death.class);
    }
    assertThat(web.tree().visible()).isEmpty();
    web.tree().undelete(new BackupName("first"), new BackupName("back"));
    web.assertHolds(web.tree().find(new BackupName("back")), disk);
  }

  @Test
  void theIntentOfALivingProcessIsLeftAlone() {
    leaveOpen(Host.current().self());
    web.snapshot(disk, "second", "first");
    assertThat(web.tree().all()).filteredOn(TrackedBackup::isOpen).hasSize(1);
  }

  @Test
  void ofProcessesOnOtherHostsNothingIsAssumed() {
    WriterProcess ended = ended();
    leaveOpen(new WriterProcess("elsewhere", ended.bootId(), ended.pid(), ended.startedMillis()));
    web.snapshot(disk, "second", "first");
    assertThat(web.tree().all()).filteredOn(TrackedBackup::isOpen).hasSize(1);
  }

  @Test
  void aProcessIdThatIsUsedAgainIsAnotherProcess() {
    WriterProcess self = Host.current().self();
    leaveOpen(
        new WriterProcess(self.host(), self.bootId(), self.pid(), self.startedMillis() + 60_000));
    web.snapshot(disk, "second", "first");
    assertThat(web.tree().all()).noneMatch(TrackedBackup::isOpen);
  }

  private void leaveOpen(WriterProcess writer) {
    try (TestRepository mortal = mortal(CrashPoint.AFTER_INTENT, 1, writer)) {
      assertThatThrownBy(() -> mortal.snapshot(disk, "open", "first")).isInstanceOf(Death.class);
    }
    assertThat(web.tree().all()).filteredOn(TrackedBackup::isOpen).hasSize(1);
  }

  @Test
  void whoIsRevokedInTheMiddleIsToldSo() {
    Consumer<CrashPoint> revoke =
        point -> {
          if (point == CrashPoint.AFTER_MANIFEST) {
            web.tree().revoke(new BackupName("second"), true);
          }
        };
    try (TestRepository slow = web.another(dir.resolve("slow"), revoke)) {
      assertThatThrownBy(() -> slow.snapshot(disk, "second", "first"))
          .isInstanceOf(org.ekkofs.model.RefusedException.class)
          .hasMessageContaining("revoked");
    }
    assertThat(web.tree().all())
        .filteredOn(backup -> backup.phase() instanceof Phase.Revoked)
        .hasSize(1);
    assertThat(web.tree().visible()).hasSize(1);
  }
}
