package org.ekkofs.backup;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.ekkofs.backup.VerificationReport.Amount;
import org.ekkofs.backup.VerificationReport.Spare;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.ChunkId;
import org.ekkofs.model.LogEvent;
import org.ekkofs.model.SegmentIndex;
import org.ekkofs.store.Body;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.testing.ModelDisk;
import org.ekkofs.testing.TestRepository;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpareObjectsTest {
  private static final String STRANGER = "ae8187f2-ff74-4915-99df-b5794e15ae90";

  @TempDir Path dir;

  private final ModelDisk disk = ModelDisk.full(3_000_000, new Random(4));
  private TestRepository web;
  private TrackedBackup first;
  private TrackedBackup second;

  @BeforeEach
  void takeTwo() {
    web = TestRepository.create(dir);
    first = web.snapshot(disk, "first", "");
    disk.scribble(5, 10, new Random(1));
    second = web.snapshot(disk, "second", "first");
  }

  @AfterEach
  void close() {
    web.close();
  }

  private Optional<Spare> spare() {
    VerificationReport report =
        new Verification(web.repository()).verify(VerificationRequest.everything(0), Progress.NONE);
    assertThat(report.allIsWell()).isTrue();
    return report.spare().stream().findFirst();
  }

  private Amount foreign() {
    return spare().map(Spare::foreign).orElse(Amount.NONE);
  }

  private void put(String key, int length) {
    web.memory().put(new ObjectKey(key), Body.of(new byte[length]));
  }

  private long length(ObjectKey key) {
    return web.memory().get(key, Integer.MAX_VALUE).orElseThrow().length;
  }

  @Test
  void whatBackupsNeedIsNotSpare() {
    assertThat(spare()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "trees/web/chunks/" + STRANGER + "/00000001",
        "trees/web/manifests/" + STRANGER,
        "trees/web/references/" + STRANGER,
        "trees/web/manifests/readme",
        "trees/web/log/12",
        "trees/web/plans/x",
        "trees/web/note",
        "trees/web/other/thing",
        "trees/web/chunks/stray"
      })
  void whatNoRecordExplainsIsForeign(String key) {
    put(key, 77);
    assertThat(spare()).contains(new Spare(TestRepository.TREE, Amount.NONE, new Amount(1, 77)));
  }

  @Test
  void chunksOfABackupThatNobodyRefersToAreForeign() {
    put(web.tree().keys().chunk(new ChunkId(first.id(), new SegmentIndex(99))).value(), 10);
    put(web.tree().keys().chunksOf(second.id()) + "extra", 10);
    assertThat(foreign()).isEqualTo(new Amount(2, 20));
  }

  @Test
  void whatOnlyADeletedBackupNeedsIsGarbage() {
    web.tree().delete(new BackupName("second"));
    long bytes =
        length(web.tree().keys().chunk(new ChunkId(second.id(), new SegmentIndex(0))))
            + length(web.tree().keys().manifest(second.id()))
            + length(web.tree().keys().references(second.id()));
    assertThat(spare()).contains(new Spare(TestRepository.TREE, new Amount(3, bytes), Amount.NONE));
  }

  @Test
  void unreadableReferencesOfADeletedBackupLeaveItOpenWhatIsForeign() {
    web.tree().delete(new BackupName("second"));
    web.memory().delete(List.of(web.tree().keys().references(second.id())));
    put("trees/web/other/thing", 5);
    assertThat(foreign()).isEqualTo(new Amount(1, 5));
  }

  @Test
  void unfinishedSnapshotsAreNotSpareAndRevokedOnesAreGarbage() {
    BackupId id = BackupId.parse(STRANGER);
    LogEvent intent =
        new LogEvent.Intent(
            id, new BackupName("open"), Optional.empty(), web.repository().host().self());
    web.tree().log().append(state -> once(state.backup(id).isPresent(), intent), state -> id);
    put("trees/web/chunks/" + STRANGER + "/00000001", 30);
    assertThat(spare()).isEmpty();
    web.tree().revoke(id);
    assertThat(spare()).contains(new Spare(TestRepository.TREE, new Amount(1, 30), Amount.NONE));
  }

  private static Optional<LogEvent> once(boolean done, LogEvent event) {
    return done ? Optional.empty() : Optional.of(event);
  }

  @Test
  void oneBackupIsNoReasonToListATree() {
    put("trees/web/other/thing", 5);
    VerificationRequest request =
        new VerificationRequest(
            Optional.of(TestRepository.TREE),
            Optional.of(new BackupName("first")),
            0,
            OptionalLong.empty(),
            false);
    assertThat(new Verification(web.repository()).verify(request, Progress.NONE).spare()).isEmpty();
  }
}
