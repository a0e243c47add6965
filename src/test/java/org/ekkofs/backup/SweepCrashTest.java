package org.ekkofs.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import org.ekkofs.log.SweepScope;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.Compression;
import org.ekkofs.model.NotFoundException;
import org.ekkofs.model.RefusedException;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.model.TreeName;
import org.ekkofs.model.WriterProcess;
import org.ekkofs.store.Body;
import org.ekkofs.store.ForwardingObjectStore;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.testing.ModelDisk;
import org.ekkofs.testing.TestRepository;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.ValueSource;

/** Sweeps that die, meet others, or find that something changed under their hands. */
class SweepCrashTest {
  private static final SweepOptions NOW = SweepOptions.DEFAULT.now();
  private static final int SEGMENT = SegmentSize.MIN_BYTES;

  @TempDir Path dir;
  private TestRepository repository;
  private ModelDisk kept;

  private static final class Death extends Error {
    private static final long serialVersionUID = 1L;
  }

  @BeforeEach
  void create() {
    repository =
        TestRepository.create(dir.resolve("local"), new SegmentSize(SEGMENT), new Compression(1));
    Random random = new Random(3);
    ModelDisk disk = ModelDisk.empty(12 * SEGMENT).scribble(0, 7 * SEGMENT, random);
    repository.snapshot(disk, "base", "");
    disk.scribble(0, 2 * SEGMENT, random);
    repository.snapshot(disk, "middle", "base");
    disk.scribble(SEGMENT / 2, 2 * SEGMENT, random);
    repository.snapshot(disk, "kept", "middle");
    kept = disk;
  }

  @AfterEach
  void close() {
    repository.close();
  }

  private static BackupName name(String name) {
    return new BackupName(name);
  }

  private static SweepReport sweep(TestRepository where, SweepOptions options) {
    return new Sweeps(where.repository()).sweep(where.tree(), options, Progress.NONE);
  }

  private TestRepository elsewhere(String local, Surroundings surroundings) {
    return repository.another(dir.resolve(local), surroundings);
  }

  private Set<String> objects() {
    Set<String> keys = new TreeSet<>();
    repository
        .memory()
        .list(
            "trees/web/",
            object -> {
              if (!object.key().value().contains("/log/")) {
                keys.add(object.key().value());
              }
            });
    return keys;
  }

  private Set<String> objectsWithoutTheDeleted() {
    repository.tree().delete(name("base"));
    repository.tree().delete(name("middle"));
    Set<String> doomed = new TreeSet<>();
    new Sweeps(repository.repository())
        .preview(repository.tree(), NOW, Progress.NONE, object -> doomed.add(object.key().value()));
    Set<String> left = objects();
    left.removeAll(doomed);
    return left;
  }

  @ParameterizedTest
  @EnumSource(
      value = CrashPoint.class,
      mode = Mode.INCLUDE,
      names = {
        "BEFORE_PLAN",
        "AFTER_PLAN",
        "BETWEEN_DELETES",
        "BEFORE_MANIFEST_DELETE",
        "BEFORE_SWEPT",
        "AFTER_SWEPT"
      })
  void nextSweepEndsWhatADeadOneBegan(CrashPoint point) {
    Set<String> expected = objectsWithoutTheDeleted();
    AtomicBoolean died = new AtomicBoolean();
    Surroundings deadly =
        new Surroundings(
            Clock.systemUTC(),
            Host.current(),
            reached -> {
              if (reached == point) {
                died.set(true);
                throw new Death();
              }
            });
    try (TestRepository dying = elsewhere("dying", deadly)) {
      assertThatThrownBy(() -> sweep(dying, NOW)).isInstanceOf(Death.class);
    }
    assertThat(died).isTrue();
    repository.assertHolds(repository.tree().find(name("kept")), kept);
    sweep(repository, NOW);
    // A plan that never took effect goes when the next one has.
    repository.snapshot(kept, "more", "kept");
    repository.tree().delete(name("more"));
    sweep(repository, NOW);
    assertThat(objects()).isEqualTo(expected);
    repository.assertHolds(repository.tree().find(name("kept")), kept);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatALostPlanMeantIsFoundAllTheSame(boolean missing) {
    Set<String> expected = objectsWithoutTheDeleted();
    Surroundings deadly =
        new Surroundings(
            Clock.systemUTC(),
            Host.current(),
            reached -> {
              if (reached == CrashPoint.AFTER_PLAN) {
                throw new Death();
              }
            });
    try (TestRepository dying = elsewhere("dying", deadly)) {
      assertThatThrownBy(() -> sweep(dying, NOW)).isInstanceOf(Death.class);
    }
    ObjectKey plan =
        objects().stream()
            .filter(key -> key.contains("/plans/"))
            .map(ObjectKey::new)
            .findFirst()
            .orElseThrow();
    if (missing) {
      repository.memory().delete(List.of(plan));
    } else {
      repository.memory().put(plan, Body.of(new byte[100]));
    }
    sweep(repository, NOW);
    assertThat(objects()).isEqualTo(expected);
    repository.assertHolds(repository.tree().find(name("kept")), kept);
  }

  @Test
  void planOfABackupThatCameBackMeanwhileIsMadeAnew() {
    repository.tree().delete(name("base"));
    repository.tree().delete(name("middle"));
    AtomicBoolean first = new AtomicBoolean(true);
    Surroundings meddling =
        new Surroundings(
            Clock.systemUTC(),
            Host.current(),
            reached -> {
              if (reached == CrashPoint.BEFORE_PLAN && first.getAndSet(false)) {
                repository.tree().undelete(name("middle"), name("back"));
              }
            });
    try (TestRepository other = elsewhere("other", meddling)) {
      assertThat(sweep(other, NOW).deleted())
          .extracting(TrackedBackup::name)
          .containsExactly(name("base"));
    }
    assertThat(repository.tree().find(name("back")).isVisible()).isTrue();
    assertThat(objects()).noneMatch(key -> key.contains("/plans/"));
  }

  @Test
  void twoSweepsAtOnceShareTheWork() {
    Set<String> expected = objectsWithoutTheDeleted();
    AtomicBoolean first = new AtomicBoolean(true);
    Surroundings interrupted =
        new Surroundings(
            Clock.systemUTC(),
            Host.current(),
            reached -> {
              if (reached == CrashPoint.AFTER_PLAN && first.getAndSet(false)) {
                sweep(repository, NOW);
              }
            });
    try (TestRepository other = elsewhere("other", interrupted)) {
      sweep(other, NOW);
    }
    assertThat(objects()).isEqualTo(expected);
  }

  @Test
  void sweepThatFindsReferencesGoneByAnotherOnePlansAnew() {
    Set<String> expected = objectsWithoutTheDeleted();
    AtomicBoolean first = new AtomicBoolean(true);
    ForwardingObjectStore meddling =
        new ForwardingObjectStore(repository.memory().another()) {
          @Override
          public Optional<byte[]> get(ObjectKey key, int maxBytes) {
            if (key.value().contains("/references/") && first.getAndSet(false)) {
              sweep(repository, NOW);
            }
            return super.get(key, maxBytes);
          }
        };
    try (Repository other =
        Repository.open(meddling, new LocalState(dir.resolve("other")), Surroundings.real())) {
      SweepReport report =
          new Sweeps(other).sweep(other.tree(TestRepository.TREE), NOW, Progress.NONE);
      assertThat(report.deleted()).isEmpty();
    }
    assertThat(first).isFalse();
    assertThat(objects()).isEqualTo(expected);
  }

  @Test
  void whatAnUnfinishedSnapshotMaySeeStaysUntilItIsDone() {
    Surroundings deleting =
        new Surroundings(
            Clock.systemUTC(),
            Host.current(),
            reached -> {
              if (reached == CrashPoint.BEFORE_MANIFEST) {
                repository.tree().delete(name("kept"));
                assertThat(sweep(repository, NOW).waiting())
                    .extracting(SweepScope.Waiting::reason)
                    .containsExactly(SweepScope.Reason.UNFINISHED_SNAPSHOT);
              }
            });
    try (TestRepository writer = elsewhere("writer", deleting)) {
      writer.snapshot(kept, "child", "kept");
    }
    assertThat(sweep(repository, NOW).deleted()).hasSize(1);
    repository.assertHolds(repository.tree().find(name("child")), kept);
  }

  @Test
  void snapshotThatStoredNothingForLongIsRevokedAndItsWriterIsTold() {
    Clock later = Clock.offset(Clock.systemUTC(), Duration.ofDays(3));
    Host far = new Host(new WriterProcess("far", "another boot", 1, 1));
    Surroundings sleeping =
        new Surroundings(
            Clock.systemUTC(),
            far,
            reached -> {
              if (reached == CrashPoint.AFTER_MANIFEST) {
                try (TestRepository sweeper =
                    elsewhere("sweeper", new Surroundings(later, Host.current(), point -> {}))) {
                  SweepReport report = sweep(sweeper, NOW);
                  assertThat(report.revoked())
                      .extracting(TrackedBackup::name)
                      .containsExactly(name("slow"));
                  assertThat(report.abandoned()).hasSize(1);
                }
              }
            });
    try (TestRepository writer = elsewhere("writer", sleeping)) {
      assertThatThrownBy(() -> writer.snapshot(ModelDisk.full(SEGMENT, new Random(1)), "slow", ""))
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("revoked");
    }
    assertThatThrownBy(() -> repository.tree().find(name("slow")))
        .isInstanceOf(NotFoundException.class);
    repository.assertHolds(repository.tree().find(name("kept")), kept);
  }

  @Test
  void snapshotThatStoredSomethingLatelyIsLeftAlone() {
    Clock later = Clock.offset(Clock.systemUTC(), Duration.ofDays(1));
    Host far = new Host(new WriterProcess("far", "another boot", 1, 1));
    Surroundings slow =
        new Surroundings(
            Clock.systemUTC(),
            far,
            reached -> {
              if (reached == CrashPoint.AFTER_MANIFEST) {
                try (TestRepository sweeper =
                    elsewhere("sweeper", new Surroundings(later, Host.current(), point -> {}))) {
                  assertThat(sweep(sweeper, NOW).revoked()).isEmpty();
                }
              }
            });
    try (TestRepository writer = elsewhere("writer", slow)) {
      ModelDisk disk = ModelDisk.full(SEGMENT, new Random(1));
      repository.assertHolds(writer.snapshot(disk, "slow", ""), disk);
    }
  }

  @Test
  void whatIsReadHereStaysAndIsSaidToStay() {
    repository.tree().delete(name("base"));
    repository.tree().delete(name("middle"));
    BackupId read =
        repository.tree().all().stream()
            .filter(backup -> backup.name().equals(name("middle")))
            .findFirst()
            .orElseThrow()
            .id();
    AtomicBoolean reopened = new AtomicBoolean();
    DiskUse use =
        new DiskUse() {
          @Override
          public Set<BackupId> shut(TreeName tree, Set<BackupId> backups) {
            return Set.of(read);
          }

          @Override
          public void reopen(TreeName tree, Set<BackupId> backups) {
            reopened.set(!backups.isEmpty());
          }
        };
    SweepReport report =
        new Sweeps(repository.repository(), use).sweep(repository.tree(), NOW, Progress.NONE);
    assertThat(report.deleted()).extracting(TrackedBackup::name).containsExactly(name("base"));
    assertThat(report.waiting())
        .extracting(SweepScope.Waiting::reason)
        .containsExactly(SweepScope.Reason.OPEN_FILE);
    assertThat(reopened).as("what the plan took stays shut").isFalse();
    List<TrackedBackup> hidden =
        repository.tree().all().stream().filter(backup -> backup.id().equals(read)).toList();
    assertThat(repository.tree().undelete(name("middle"), name("middle")).id())
        .isEqualTo(hidden.get(0).id());
  }
}
