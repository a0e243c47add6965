package org.ekkofs.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.manifest.Manifest;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.BackupPath;
import org.ekkofs.model.ChunkId;
import org.ekkofs.model.Compression;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.Layer;
import org.ekkofs.model.SegmentIndex;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.source.DiskSource;
import org.ekkofs.source.ForwardingSource;
import org.ekkofs.store.Body;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.testing.ChangedDisk;
import org.ekkofs.testing.ModelDisk;
import org.ekkofs.testing.TestRepository;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Snapshots of disks that say what has changed. */
class ChangedSnapshotTest {
  private static final SegmentSize SIZE = new SegmentSize(256 << 10);
  private static final int SEGMENT = SIZE.bytes();
  private static final int BLOCK = SIZE.blockBytes();
  private static final int DISK = 40 * SEGMENT + 12_345;

  @TempDir Path folder;
  private TestRepository web;
  private final ModelDisk disk = ModelDisk.random(DISK, new Random(4));

  @BeforeEach
  void create() {
    web = TestRepository.create(folder, SIZE, new Compression(1));
  }

  @AfterEach
  void close() {
    web.repository().close();
  }

  private TrackedBackup take(DiskSource source, String name, String parent, int check) {
    SnapshotRequest request =
        new SnapshotRequest(
            new BackupPath(TestRepository.TREE, new BackupName(name)),
            Optional.of(new BackupName(parent)));
    return new Snapshots(web.repository()).take(source, request.withCheck(check), Progress.NONE);
  }

  private Manifest manifest(String name) {
    return web.manifest(web.tree().find(new BackupName(name)));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void onlyTheBlocksThatMayHaveChangedAreRead(int parallelism) {
    ModelDisk full = ModelDisk.full(DISK, new Random(9));
    web.snapshot(full, "sunday", "");
    ChangedDisk source = new ChangedDisk(full, parallelism);
    full.scribble(3 * SEGMENT + 5 * BLOCK + 100, 50, new Random(1));
    source.changed(3 * SEGMENT + 5 * BLOCK + 100, 50);
    full.scribble(7 * SEGMENT - 512, 1024, new Random(2));
    source.changed(7 * SEGMENT - 512, 1024);

    TrackedBackup monday = take(source, "monday", "sunday", 0);

    assertThat(source.readBytes()).isEqualTo(3 * BLOCK);
    web.assertHolds(monday, full);
    assertThat(TestRepository.figures(monday).newBytes()).isEqualTo(3 * BLOCK);
  }

  @Test
  void nothingIsReadWhereNothingHasChanged() {
    web.snapshot(disk, "sunday", "");
    ChangedDisk source = new ChangedDisk(disk, 1);

    TrackedBackup monday = take(source, "monday", "sunday", 0);

    assertThat(source.readBytes()).isZero();
    web.assertHolds(monday, disk);
    assertThat(TestRepository.figures(monday).newChunks()).isZero();
  }

  @Test
  void theManifestIsTheOneOfASnapshotThatReadEverything() {
    web.snapshot(disk, "sunday", "");
    Random random = new Random(12);
    ChangedDisk source = new ChangedDisk(disk, 3);
    for (int change = 0; change < 60; change++) {
      int offset = random.nextInt(DISK);
      int length = 1 + random.nextInt(change % 10 == 0 ? 500_000 : 5_000);
      if (change % 4 == 0) {
        disk.zero(offset, length);
      } else {
        disk.scribble(offset, length, random);
      }
      source.changed(offset, Math.min(length, DISK - offset));
    }

    web.assertHolds(take(source, "told", "sunday", 0), disk);
    web.snapshot(disk, "compared", "sunday");

    try (Manifest told = manifest("told");
        Manifest compared = manifest("compared")) {
      StringBuilder first = new StringBuilder();
      StringBuilder second = new StringBuilder();
      told.digests((segment, digest) -> first.append(segment).append(digest).append('\n'));
      compared.digests((segment, digest) -> second.append(segment).append(digest).append('\n'));
      assertThat(first).hasSizeGreaterThan(1000).hasToString(second.toString());
    }
  }

  @Test
  void whatIsSaidIsOfNoUseWithoutAParent() {
    TrackedBackup first = web.snapshot(new ChangedDisk(disk, 1), "sunday", "");

    web.assertHolds(first, disk);
  }

  @Test
  void segmentsThatTheParentDoesNotHaveAsTheyAreAreRead() {
    web.snapshot(disk, "sunday", "");
    disk.resize(DISK + 3 * SEGMENT).scribble(DISK, SEGMENT, new Random(3));
    web.assertHolds(take(new ChangedDisk(disk, 1), "longer", "sunday", 0), disk);

    disk.resize(10 * SEGMENT + 77);
    web.assertHolds(take(new ChangedDisk(disk, 1), "shorter", "longer", 0), disk);
  }

  @Test
  void aDiskThatBecameEmptyIsAllHoles() {
    web.snapshot(disk, "sunday", "");
    disk.zero(0, DISK);

    TrackedBackup monday = take(new ChangedDisk(disk, 1).changed(0, DISK), "monday", "sunday", 0);

    web.assertHolds(monday, disk);
    assertThat(TestRepository.figures(monday).dataBytes()).isZero();
  }

  @Test
  void layersStayBoundedHoweverLongTheChain() {
    ModelDisk full = ModelDisk.full(4 * SEGMENT, new Random(5));
    web.snapshot(full, "b0", "");
    for (int backup = 1; backup <= 3 * Layer.MAX_PER_SEGMENT; backup++) {
      ChangedDisk source = new ChangedDisk(full, 1);
      int offset = SEGMENT + backup * BLOCK;
      full.scribble(offset, BLOCK, new Random(backup));
      take(source.changed(offset, BLOCK), "b" + backup, "b" + (backup - 1), 0);
    }

    TrackedBackup last = web.tree().find(new BackupName("b" + 3 * Layer.MAX_PER_SEGMENT));
    web.assertHolds(last, full);
    try (Manifest manifest = web.manifest(last)) {
      manifest.read(
          0,
          4,
          entry -> assertThat(entry.layers()).hasSizeLessThanOrEqualTo(Layer.MAX_PER_SEGMENT));
    }
  }

  @Test
  void aSegmentWhoseParentIsDamagedIsReadWholeAndStoredAnew() {
    ModelDisk full = ModelDisk.full(4 * SEGMENT, new Random(6));
    TrackedBackup sunday = web.snapshot(full, "sunday", "");
    ObjectKey chunk = web.tree().keys().chunk(new ChunkId(sunday.id(), new SegmentIndex(2)));
    byte[] damaged = web.memory().get(chunk, 1 << 20).orElseThrow();
    damaged[40] ^= 1;
    web.memory().put(chunk, Body.of(damaged));
    full.scribble(2 * SEGMENT, 10, new Random(7));

    ChangedDisk source = new ChangedDisk(full, 1).changed(2 * SEGMENT, 10);
    TrackedBackup monday = take(source, "monday", "sunday", 0);

    assertThat(source.readBytes()).isEqualTo(SEGMENT);
    web.assertHolds(monday, full);
  }

  @Test
  void aSampleOfWhatIsNotReadIsCompared() {
    web.snapshot(disk, "sunday", "");
    ChangedDisk right = new ChangedDisk(disk, 2);

    web.assertHolds(take(right, "monday", "sunday", 100), disk);
    assertThat(right.readBytes()).isGreaterThan(DISK / 4);

    ChangedDisk some = new ChangedDisk(disk, 2);
    take(some, "tuesday", "monday", 20);
    assertThat(some.readBytes()).isBetween(1L, right.readBytes() - 1);
  }

  @Test
  void aChangeThatNobodyToldIsFoundByTheSampleAndItsRangeNamed() {
    ModelDisk full = ModelDisk.full(DISK, new Random(9));
    web.snapshot(full, "sunday", "");
    full.scribble(5 * SEGMENT + 9, 1, new Random(1));

    assertThatThrownBy(() -> take(new ChangedDisk(full, 1), "monday", "sunday", 100))
        .isInstanceOf(FailedException.class)
        .hasMessageContaining("between bytes %d and %d".formatted(5 * SEGMENT, 6 * SEGMENT));
  }

  @Test
  void aChangeThatNobodyToldIsFoundBesideOneThatWas() {
    ModelDisk full = ModelDisk.full(DISK, new Random(9));
    web.snapshot(full, "sunday", "");
    full.scribble(5 * SEGMENT, 50, new Random(1));
    ChangedDisk source = new ChangedDisk(full, 2).changed(5 * SEGMENT, 50);
    web.assertHolds(take(source, "monday", "sunday", 100), full);

    full.scribble(5 * SEGMENT, 50, new Random(2)).scribble(6 * SEGMENT - 50, 50, new Random(3));

    assertThatThrownBy(() -> take(source, "tuesday", "monday", 100))
        .isInstanceOf(FailedException.class)
        .hasMessageContaining("between bytes %d and %d".formatted(5 * SEGMENT, 6 * SEGMENT));
  }

  @Test
  void dataWhereTheParentHasNoneIsFoundByTheSample() {
    ModelDisk empty = ModelDisk.empty(DISK);
    web.snapshot(empty, "sunday", "");
    empty.scribble(DISK - 5, 5, new Random(1));

    assertThatThrownBy(() -> take(new ChangedDisk(empty, 1), "monday", "sunday", 100))
        .isInstanceOf(FailedException.class)
        .hasMessageContaining("between bytes %d and %d".formatted(40 * SEGMENT, DISK));
  }

  @Test
  @Timeout(60)
  void aSourceThatFailsWhileMuchIsBeingReadEndsTheSnapshot() {
    ModelDisk full = ModelDisk.full(200 * SEGMENT, new Random(8));
    DiskSource dead =
        new ForwardingSource(new ChangedDisk(full, 4)) {
          @Override
          public void read(long offset, ByteBuffer target) {
            throw new FailedException("it is gone");
          }
        };

    assertThatThrownBy(() -> web.snapshot(dead, "never", ""))
        .isInstanceOf(FailedException.class)
        .hasMessage("it is gone");
  }

  @Test
  void theIdMayBeChosenBeforehand() {
    BackupId id = web.repository().newId();
    SnapshotRequest request =
        new SnapshotRequest(
            new BackupPath(TestRepository.TREE, new BackupName("named")), Optional.empty());

    TrackedBackup backup =
        new Snapshots(web.repository()).take(disk.source(true), request.withId(id), Progress.NONE);

    assertThat(backup.id()).isEqualTo(id);
  }

  @Test
  void aCheckIsAPercentage() {
    SnapshotRequest request =
        new SnapshotRequest(
            new BackupPath(TestRepository.TREE, new BackupName("a")), Optional.empty());

    assertThatThrownBy(() -> request.withCheck(101)).isInstanceOf(InvalidException.class);
  }
}
