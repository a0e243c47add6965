package org.ekkofs.backup;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.log.TreeState;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.Slot;
import org.ekkofs.model.Verdict;
import org.ekkofs.testing.FaultyObjectStore.Effect;
import org.ekkofs.testing.FaultyObjectStore.Operation;
import org.ekkofs.testing.ModelDisk;
import org.ekkofs.testing.RecordedProgress;
import org.ekkofs.testing.TestRepository;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a verification leaves in the logs. */
class VerificationRecordTest {
  @TempDir Path dir;

  private final ModelDisk disk = ModelDisk.full(2_000_000, new Random(2));
  private TestRepository web;
  private TrackedBackup first;

  @BeforeEach
  void takeOne() {
    web = TestRepository.create(dir);
    first = web.snapshot(disk, "first", "");
  }

  @AfterEach
  void close() {
    web.close();
  }

  private VerificationReport verify(int percent) {
    return new Verification(web.repository())
        .verify(VerificationRequest.everything(percent), Progress.NONE);
  }

  private Verdict verdict(String name) {
    return web.tree().find(new BackupName(name)).verdict().orElseThrow();
  }

  private long slot() {
    Slot last = web.tree().log().refreshed(TreeState::slot);
    return last.value();
  }

  private void lose(TrackedBackup backup) {
    web.memory().delete(List.of(web.tree().keys().manifest(backup.id())));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 5, 100})
  void resultsAreRecordedOfEachBackup(int percent) {
    TrackedBackup second = web.snapshot(disk, "second", "first");
    lose(second);
    Instant before = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    assertThat(verify(percent).warnings()).isEmpty();
    assertThat(verdict("first").sound()).isTrue();
    assertThat(verdict("first").percent()).isEqualTo(percent);
    assertThat(verdict("first").time()).isAfterOrEqualTo(before);
    assertThat(verdict("second").sound()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {999, 1000, 1001, 2500})
  void manyResultsTakeSeveralRecords(int count) {
    List<BackupId> ids =
        IntStream.range(0, count).mapToObj(n -> new BackupId(new UUID(1, n))).toList();
    long slot = slot();
    web.tree().verified(5, ids.subList(0, count / 3), ids.subList(count / 3, count));
    assertThat(slot() - slot).isEqualTo((count + 999) / 1000);
  }

  @Test
  void nothingToRecordWritesNothing() {
    web.tree().delete(new BackupName("first"));
    long slot = slot();
    verify(0);
    assertThat(slot()).isEqualTo(slot);
  }

  @Test
  void logThatCannotBeWrittenIsAWarning() {
    web.faults().fail(Operation.CREATE, key -> key.contains("/log/"), 1, 99, Effect.FAIL_BEFORE);
    VerificationReport report = verify(100);
    web.faults().assertAllFired();
    assertThat(report.allIsWell()).isTrue();
    assertThat(report.warnings()).singleElement().asString().contains("web", "recorded");
    assertThat(web.tree().find(new BackupName("first")).verdict()).isEmpty();
  }

  @Test
  void whatIsDeletedMeanwhileIsNotDamaged() {
    lose(first);
    boolean[] deleted = {false};
    RecordedProgress deleting =
        new RecordedProgress()
            .onCheck(
                () -> {
                  if (!deleted[0]) {
                    deleted[0] = true;
                    web.tree().delete(new BackupName("first"));
                  }
                });
    VerificationReport report =
        new Verification(web.repository()).verify(VerificationRequest.everything(0), deleting);
    assertThat(deleted[0]).isTrue();
    assertThat(report.problems()).isEmpty();
    assertThat(report.backups()).isZero();
  }
}
