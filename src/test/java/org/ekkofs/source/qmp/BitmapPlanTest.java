package org.ekkofs.source.qmp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.ekkofs.model.BackupId;
import org.junit.jupiter.api.Test;

class BitmapPlanTest {
  private static final BackupId OLD = new BackupId(new UUID(0, 1));
  private static final BackupId NEW = new BackupId(new UUID(0, 2));
  private static final BackupId OTHER = new BackupId(new UUID(0, 3));

  private static DirtyBitmap recording(BackupId backup) {
    return new DirtyBitmap(backup, true, false, false);
  }

  private static DirtyBitmap stopped(BackupId backup) {
    return new DirtyBitmap(backup, false, false, false);
  }

  private static DirtyBitmap inconsistent(BackupId backup) {
    return new DirtyBitmap(backup, false, false, true);
  }

  /** With these backups to be seen, newest first. */
  private static BitmapPlan plan(List<DirtyBitmap> bitmaps, BackupId... visible) {
    return BitmapPlan.of(bitmaps, ids -> Arrays.stream(visible).filter(ids::contains).findFirst());
  }

  private static Optional<BackupId> parent(BitmapPlan plan) {
    return plan.parent().map(DirtyBitmap::backup);
  }

  @Test
  void whatRecordsSinceABackupSaysWhatToRead() {
    BitmapPlan plan = plan(List.of(recording(OLD)), OLD);
    assertThat(parent(plan)).contains(OLD);
    assertThat(plan.mended()).isEmpty();
    assertThat(plan.broken()).isEmpty();
    assertThat(plan.superseded()).containsExactly(recording(OLD));
    assertThat(plan.whyAll()).isEmpty();
  }

  @Test
  void whatAKilledBackupStoppedIsMendedWithWhatItAdded() {
    BitmapPlan plan = plan(List.of(stopped(OLD), recording(NEW)), OLD);
    assertThat(parent(plan)).contains(OLD);
    assertThat(plan.mended()).containsExactly(recording(NEW));
    assertThat(plan.broken()).isEmpty();
    assertThat(plan.superseded()).containsExactly(stopped(OLD), recording(NEW));
  }

  @Test
  void ofABackupThatWasKilledOnceItWasCompleteTheNewBitmapCounts() {
    BitmapPlan plan = plan(List.of(stopped(OLD), recording(NEW)), NEW, OLD);
    assertThat(parent(plan)).contains(NEW);
    assertThat(plan.mended()).isEmpty();
    assertThat(plan.broken()).containsExactly(stopped(OLD));
    assertThat(plan.superseded()).containsExactly(recording(NEW));
  }

  @Test
  void whatWasStoppedAndHasNoSuccessorIsNotBelieved() {
    BitmapPlan plan = plan(List.of(stopped(OLD)), OLD);
    assertThat(parent(plan)).isEmpty();
    assertThat(plan.broken()).containsExactly(stopped(OLD));
    assertThat(plan.known()).contains(OLD);
    assertThat(plan.whyAll()).isPresent();
  }

  @Test
  void ofSeveralThatWereStoppedNoneIsBelieved() {
    BitmapPlan plan = plan(List.of(stopped(OLD), stopped(OTHER), recording(NEW)), OLD, OTHER);
    assertThat(parent(plan)).isEmpty();
    assertThat(plan.broken()).containsExactly(stopped(OLD), stopped(OTHER));
    assertThat(plan.superseded()).containsExactly(recording(NEW));
  }

  @Test
  void whatWasStoppedBesideAnInconsistentOneIsNotBelieved() {
    BitmapPlan plan = plan(List.of(stopped(OLD), inconsistent(OTHER), recording(NEW)), OLD, OTHER);
    assertThat(parent(plan)).isEmpty();
    assertThat(plan.broken()).containsExactly(stopped(OLD), inconsistent(OTHER));
  }

  @Test
  void anInconsistentOneStillSaysOfWhichBackupItWas() {
    BitmapPlan plan = plan(List.of(inconsistent(OLD)), OLD);
    assertThat(parent(plan)).isEmpty();
    assertThat(plan.known()).contains(OLD);
    assertThat(plan.whyAll().orElseThrow()).contains("inconsistent");
  }

  @Test
  void thoseOfBackupsThatNobodyKnowsStayUntilANewOneIsComplete() {
    BitmapPlan plan = plan(List.of(recording(OTHER)), OLD);
    assertThat(parent(plan)).isEmpty();
    assertThat(plan.broken()).isEmpty();
    assertThat(plan.superseded()).containsExactly(recording(OTHER));
    assertThat(plan.known()).isEmpty();
  }

  @Test
  void whatTheChoiceMakesUpIsNotTaken() {
    BitmapPlan plan = BitmapPlan.of(List.of(recording(OLD)), ids -> Optional.of(NEW));
    assertThat(parent(plan)).isEmpty();
  }
}
