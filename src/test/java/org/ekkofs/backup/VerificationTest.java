package org.ekkofs.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.ekkofs.backup.VerificationReport.Problem;
import org.ekkofs.backup.VerificationReport.Range;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.BackupPath;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.ChunkId;
import org.ekkofs.model.NotFoundException;
import org.ekkofs.model.SegmentIndex;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.model.StoreUnavailableException;
import org.ekkofs.store.Body;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.testing.CountingObjectStore.Call;
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
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class VerificationTest {
  private static final int SEGMENT = SegmentSize.DEFAULT.bytes();

  @TempDir Path dir;

  private final Random random = new Random(19);
  private final ModelDisk disk =
      ModelDisk.full(5 * SEGMENT + 1001, random).zero(3 * SEGMENT + 5, SEGMENT);
  private TestRepository web;
  private TrackedBackup first;
  private TrackedBackup second;

  @BeforeEach
  void takeTwo() {
    web = TestRepository.create(dir);
    first = web.snapshot(disk, "first", "");
    disk.scribble(2 * SEGMENT, 10, random);
    second = web.snapshot(disk, "second", "first");
  }

  @AfterEach
  void close() {
    web.close();
  }

  /** Verifies everything; whatever is found, the progress must come to its total. */
  private VerificationReport verify(boolean readData) {
    RecordedProgress progress = new RecordedProgress();
    VerificationReport report =
        new Verification(web.repository())
            .verify(VerificationRequest.everything(readData ? 100 : 0), progress);
    assertThat(progress.tasks()).hasSize(1);
    assertThat(progress.tasks().get(0).totalBytes())
        .isEqualTo(2 * TestRepository.figures(first).dataBytes());
    assertThat(progress.isExact()).as(progress.tasks().toString()).isTrue();
    return report;
  }

  private ObjectKey chunk(TrackedBackup owner, long segment) {
    return web.tree().keys().chunk(new ChunkId(owner.id(), new SegmentIndex(segment)));
  }

  private void damage(ObjectKey key, int at) {
    byte[] object = web.memory().get(key, Integer.MAX_VALUE).orElseThrow();
    object[Math.floorMod(at, object.length)] ^= 1;
    web.memory().put(key, Body.of(object));
  }

  private static BackupPath path(String name) {
    return new BackupPath(TestRepository.TREE, new BackupName(name));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatIsSoundIsReportedSound(boolean readData) {
    VerificationReport report = verify(readData);
    assertThat(report.problems()).isEmpty();
    assertThat(report.backups()).isEqualTo(2);
    assertThat(report.chunks()).isEqualTo(7);
  }

  @Test
  void presenceIsCheckedWithoutReadingAnyChunk() {
    web.counts().reset();
    assertThat(verify(false).readBytes()).isZero();
    assertThat(web.counts().ofChunks("get")).isEmpty();
    assertThat(web.counts().ofChunks("range")).isEmpty();
  }

  @Test
  void sharedSegmentsOfAChainAreReadOnce() {
    for (int n = 0; n < 5; n++) {
      web.snapshot(disk, "same" + n, n == 0 ? "second" : "same" + (n - 1));
    }
    web.counts().reset();
    VerificationReport report =
        new Verification(web.repository())
            .verify(VerificationRequest.everything(100), Progress.NONE);
    List<Call> gets = web.counts().ofChunks("get");
    assertThat(gets).extracting(Call::key).doesNotHaveDuplicates().hasSize(7);
    assertThat(report.readBytes()).isGreaterThan(TestRepository.figures(first).dataBytes());
    assertThat(report.backups()).isEqualTo(7);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aMissingChunkIsAProblemOfAllThatShareIt(boolean readData) {
    web.memory().delete(List.of(chunk(first, 1)));
    List<Problem> problems = verify(readData).problems();
    assertThat(problems).extracting(Problem::backup).containsExactly(path("first"), path("second"));
    assertThat(problems)
        .allSatisfy(
            problem -> {
              assertThat(problem.range()).contains(new Range(SEGMENT, 2L * SEGMENT));
              assertThat(problem.message()).contains(chunk(first, 1).value()).contains("missing");
            });
  }

  @Test
  void aFlippedBitIsFoundByReading() {
    damage(chunk(second, 2), -1);
    assertThat(verify(false).problems()).isEmpty();
    assertThat(verify(true).problems())
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.backup()).isEqualTo(path("second"));
              assertThat(problem.range()).contains(new Range(2L * SEGMENT, 3L * SEGMENT));
              assertThat(problem.message()).contains(chunk(second, 2).value());
            });
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 10, 100, 2000, 5000})
  void aChunkCutShortIsFoundByReading(int length) {
    byte[] object = web.memory().get(chunk(first, 5), Integer.MAX_VALUE).orElseThrow();
    int kept = Math.min(length, object.length - 1);
    web.memory().put(chunk(first, 5), Body.of(Arrays.copyOf(object, kept)));
    List<Problem> problems = verify(true).problems();
    assertThat(problems).hasSize(2);
    assertThat(problems)
        .allMatch(p -> p.range().equals(Optional.of(new Range(5L * SEGMENT, disk.size()))));
  }

  @Test
  void aDamagedManifestIsAProblemOfItsBackupAlone() {
    damage(web.tree().keys().manifest(first.id()), 20);
    assertThat(verify(true).problems())
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.backup()).isEqualTo(path("first"));
              assertThat(problem.range()).isEmpty();
              assertThat(problem.message()).contains(first.id().toString());
            });
  }

  @Test
  void missingManifestsAndReferencesAreProblems() {
    web.memory()
        .delete(
            List.of(
                web.tree().keys().manifest(first.id()), web.tree().keys().references(second.id())));
    assertThat(verify(false).problems())
        .extracting(Problem::message)
        .satisfiesExactly(
            message -> assertThat(message).contains("manifests/" + first.id(), "missing"),
            message -> assertThat(message).contains("references/" + second.id(), "missing"));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 12, 30, -1})
  void damagedReferencesAreProblems(int at) {
    damage(web.tree().keys().references(first.id()), at);
    assertThat(verify(false).problems())
        .singleElement()
        .satisfies(problem -> assertThat(problem.message()).contains("references/" + first.id()));
  }

  @ParameterizedTest
  @EnumSource(
      value = Operation.class,
      names = {"GET", "GET_RANGE", "LIST"})
  void aStoreThatCannotBeAskedIsNoDamage(Operation operation) {
    web.faults().fail(operation, key -> true, 1, Integer.MAX_VALUE, Effect.FAIL_BEFORE);
    assertThatThrownBy(() -> verify(false)).isInstanceOf(StoreUnavailableException.class);
    web.faults().assertAllFired();
  }

  @Test
  void aStoreThatGoesAwayWhileDataIsReadIsNoDamage() {
    web.faults().fail(Operation.GET, key -> key.contains("/chunks/"), 3, 99, Effect.FAIL_BEFORE);
    assertThatThrownBy(() -> verify(true)).isInstanceOf(StoreUnavailableException.class);
    web.faults().assertAllFired();
  }

  @Test
  void whatIsDeletedIsNotLookedAt() {
    web.tree().delete(new BackupName("first"));
    web.memory().delete(List.of(chunk(first, 2)));
    VerificationReport report =
        new Verification(web.repository())
            .verify(VerificationRequest.everything(100), Progress.NONE);
    assertThat(report.backups()).isOne();
    assertThat(report.problems()).extracting(Problem::backup).containsOnly(path("second"));
  }

  @Test
  void oneBackupMayBeChosen() {
    Verification verification = new Verification(web.repository());
    VerificationReport report = verification.verify(of("second"), Progress.NONE);
    assertThat(report.backups()).isOne();
    assertThat(report.problems()).isEmpty();
    assertThatThrownBy(() -> verification.verify(of("third"), Progress.NONE))
        .isInstanceOf(NotFoundException.class);
  }

  private static VerificationRequest of(String backup) {
    return new VerificationRequest(
        Optional.of(TestRepository.TREE),
        Optional.of(new BackupName(backup)),
        100,
        OptionalLong.empty(),
        false);
  }

  @Test
  void itCanBeStopped() {
    RecordedProgress stop =
        new RecordedProgress()
            .onCheck(
                () -> {
                  throw new CancelledException("stopped");
                });
    assertThatThrownBy(
            () ->
                new Verification(web.repository())
                    .verify(VerificationRequest.everything(100), stop))
        .isInstanceOf(CancelledException.class);
  }
}
