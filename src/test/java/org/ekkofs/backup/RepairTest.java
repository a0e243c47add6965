package org.ekkofs.backup;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.ekkofs.backup.VerificationReport.Repair;
import org.ekkofs.format.ChunkCodec;
import org.ekkofs.format.SegmentHash;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.BackupPath;
import org.ekkofs.model.ChunkId;
import org.ekkofs.model.Compression;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.SegmentIndex;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.source.ForwardingSource;
import org.ekkofs.store.Body;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.testing.CountingObjectStore.Call;
import org.ekkofs.testing.MemoryObjectStore;
import org.ekkofs.testing.ModelDisk;
import org.ekkofs.testing.RecordedProgress;
import org.ekkofs.testing.TestRepository;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RepairTest {
  private static final int SEGMENT = SegmentSize.DEFAULT.bytes();

  /** What can happen to an object. */
  private enum Damage {
    GONE,
    EMPTY,
    HEADER_ONLY,
    FIRST_BIT,
    LAST_BIT,
    HALF
  }

  @TempDir Path dir;

  private final Random random = new Random(12);
  private final ModelDisk before = ModelDisk.random(6 * SEGMENT + 1001, random);
  private final ModelDisk after = before.copy();
  private TestRepository web;
  private TrackedBackup first;
  private TrackedBackup second;
  private MemoryObjectStore copy;

  @BeforeEach
  void takeTwo() {
    before.scribble(0, 2 * SEGMENT, random);
    byte[] text = new byte[SEGMENT];
    Arrays.fill(text, (byte) 'a');
    before.write(3 * SEGMENT, text);
    after.write(0, before.bytes());
    web = TestRepository.create(dir.resolve("web"));
    first = web.snapshot(before, "first", "");
    after.scribble(SEGMENT + 100_000, 50_000, random);
    after.scribble(4 * SEGMENT + 7, 20_000, random);
    second = web.snapshot(after, "second", "first");
    copy = new MemoryObjectStore();
    web.memory().list("", object -> copy.put(object.key(), Body.of(bytes(object.key()))));
    web.counts().reset();
  }

  @AfterEach
  void close() {
    web.close();
  }

  private byte[] bytes(ObjectKey key) {
    return web.memory().get(key, Integer.MAX_VALUE).orElseThrow();
  }

  private ObjectKey chunk(TrackedBackup owner, long segment) {
    return web.tree().keys().chunk(new ChunkId(owner.id(), new SegmentIndex(segment)));
  }

  private void damage(ObjectKey key, Damage damage) {
    byte[] object = bytes(key);
    switch (damage) {
      case GONE -> web.memory().delete(List.of(key));
      case EMPTY -> object = new byte[0];
      case HEADER_ONLY -> object = Arrays.copyOf(object, 8 + 16 + 64 * 32);
      case FIRST_BIT -> object[0] ^= 1;
      case LAST_BIT -> object[object.length - 1] ^= 1;
      case HALF -> object = Arrays.copyOf(object, object.length / 2);
    }
    if (damage != Damage.GONE) {
      web.memory().put(key, Body.of(object));
    }
  }

  private VerificationReport repair(RepairSource source) {
    RecordedProgress progress = new RecordedProgress();
    try (source) {
      VerificationReport report =
          new Verification(web.repository())
              .repair(VerificationRequest.everything(100), source, progress);
      assertThat(progress.isExact()).isTrue();
      return report;
    }
  }

  private static RepairSource disk(ModelDisk disk) {
    return RepairSource.disk(disk.source(true));
  }

  private RepairSource copy() {
    return RepairSource.repository(
        Repository.open(copy, new LocalState(dir.resolve("copy")), Surroundings.real()));
  }

  private void assertWhole() {
    VerificationReport report =
        new Verification(web.repository())
            .verify(VerificationRequest.everything(100), Progress.NONE);
    assertThat(report.problems()).isEmpty();
    web.assertHolds(first, before);
    web.assertHolds(second, after);
  }

  private List<String> puts() {
    return web.counts().ofChunks("put").stream().map(Call::key).toList();
  }

  @ParameterizedTest
  @EnumSource(Damage.class)
  void diskGivesBackTheVeryChunk(Damage damage) {
    byte[] original = bytes(chunk(first, 0));
    damage(chunk(first, 0), damage);
    VerificationReport report = repair(disk(before));
    assertThat(report.allIsWell()).as(report.problems().toString()).isTrue();
    assertThat(report.repaired())
        .singleElement()
        .extracting(Repair::message)
        .asString()
        .contains(chunk(first, 0).value(), "a model");
    assertThat(bytes(chunk(first, 0))).isEqualTo(original);
    assertThat(puts()).containsExactly(chunk(first, 0).value());
    assertWhole();
  }

  @ParameterizedTest
  @EnumSource(Damage.class)
  void laterDiskGivesBackWhatWasNewLater(Damage damage) {
    byte[] original = bytes(chunk(second, 1));
    damage(chunk(second, 1), damage);
    assertThat(repair(disk(after)).allIsWell()).isTrue();
    assertThat(bytes(chunk(second, 1))).isEqualTo(original);
    assertWhole();
  }

  @Test
  void laterDiskCannotGiveBackBlocksThatHaveChanged() {
    damage(chunk(first, 1), Damage.GONE);
    VerificationReport report = repair(disk(after));
    assertThat(report.problems())
        .extracting(problem -> problem.backup().name().value())
        .containsExactly("first", "second");
    assertThat(puts()).isEmpty();
  }

  @Test
  void diskOfAnotherMachineGivesNothing() {
    damage(chunk(first, 0), Damage.GONE);
    assertThat(repair(disk(ModelDisk.full(before.size(), random))).allIsWell()).isFalse();
    assertThat(repair(disk(ModelDisk.full(100, random))).allIsWell()).isFalse();
    assertThat(puts()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Damage.class)
  void copyOfTheRepositoryGivesBackAllKindsOfObjects(Damage damage) {
    List<ObjectKey> keys =
        List.of(
            chunk(first, 0),
            chunk(first, 1),
            chunk(second, 1),
            web.tree().keys().manifest(first.id()),
            web.tree().keys().references(second.id()));
    List<byte[]> originals = keys.stream().map(this::bytes).toList();
    keys.stream()
        .filter(key -> damage != Damage.HEADER_ONLY || key.value().contains("/chunks/"))
        .forEach(key -> damage(key, damage));
    VerificationReport report = repair(copy());
    assertThat(report.allIsWell()).as(report.problems().toString()).isTrue();
    assertThat(report.repaired()).hasSize(damage == Damage.HEADER_ONLY ? 3 : 5);
    assertThat(keys.stream().map(this::bytes).toList()).containsExactlyElementsOf(originals);
    assertWhole();
  }

  @Test
  void damagedCopyGivesNothing() {
    for (Damage damage : List.of(Damage.LAST_BIT, Damage.HALF, Damage.GONE)) {
      damage(chunk(first, 0), damage);
      byte[] broken = copy.get(chunk(first, 0), Integer.MAX_VALUE).orElseThrow();
      broken[broken.length - 1] ^= 1;
      copy.put(chunk(first, 0), Body.of(broken));
      assertThat(repair(copy()).allIsWell()).isFalse();
      broken[broken.length - 1] ^= 1;
      copy.put(chunk(first, 0), Body.of(broken));
      assertThat(repair(copy()).allIsWell()).isTrue();
    }
    assertWhole();
  }

  /** Another repository, in which backups of the same disks have the same names. */
  private VerificationReport repairFromNamesakes() {
    try (TestRepository other = TestRepository.create(dir.resolve("other"))) {
      other.snapshot(before, "first", "");
      other.snapshot(after, "second", "first");
      return repair(
          RepairSource.repository(
              Repository.open(
                  other.memory().another(),
                  new LocalState(dir.resolve("source")),
                  Surroundings.real())));
    }
  }

  @Test
  void anotherRepositoryWithTheSameBackupsGivesBackTheirBytes() {
    damage(chunk(first, 1), Damage.GONE);
    damage(chunk(second, 1), Damage.EMPTY);
    VerificationReport report = repairFromNamesakes();
    assertThat(report.allIsWell()).as(report.problems().toString()).isTrue();
    assertWhole();
  }

  @ParameterizedTest
  @EnumSource(Damage.class)
  void chunkOfADeletedBackupIsMadeWholeAgain(Damage damage) {
    byte[] original = bytes(chunk(first, 1));
    web.tree().delete(new BackupName("first"));
    damage(chunk(first, 1), damage);
    VerificationReport report = repairFromNamesakes();
    assertThat(report.allIsWell()).as(report.problems().toString()).isTrue();
    assertThat(bytes(chunk(first, 1))).isEqualTo(original);
    first = web.tree().undelete(new BackupName("first"), new BackupName("back"));
    assertWhole();
  }

  @Test
  void deletedBackupKeepsAChunkFromBeingMadeOfLess() {
    web.tree().delete(new BackupName("first"));
    damage(chunk(first, 1), Damage.GONE);
    assertThat(repair(disk(after)).allIsWell()).isFalse();
    assertThat(puts()).isEmpty();
  }

  @Test
  void backupWhoseManifestCannotBeReadKeepsAChunkFromBeingMadeOfLess() {
    damage(web.tree().keys().manifest(first.id()), Damage.LAST_BIT);
    damage(chunk(first, 1), Damage.LAST_BIT);
    assertThat(repair(disk(after)).allIsWell()).isFalse();
    assertThat(puts()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Damage.class)
  void whatNobodyNeedsAnyMoreIsNotNeededForARepair(Damage damage) {
    web.tree().delete(new BackupName("first"));
    new Sweeps(web.repository()).sweep(web.tree(), SweepOptions.DEFAULT.now(), Progress.NONE);
    damage(chunk(first, 1), damage);
    VerificationReport report = repair(disk(after));
    assertThat(report.allIsWell()).as(report.problems().toString()).isTrue();
    assertThat(report.repaired()).hasSize(1);
    web.assertHolds(second, after);
  }

  @Test
  void unreadablePartOfADiskIsNoReasonToStop() {
    damage(chunk(first, 0), Damage.GONE);
    damage(chunk(first, 2), Damage.LAST_BIT);
    RepairSource source =
        RepairSource.disk(
            new ForwardingSource(before.source(true)) {
              @Override
              public void read(long offset, ByteBuffer target) {
                if (offset < SEGMENT) {
                  throw new FailedException("a bad sector");
                }
                super.read(offset, target);
              }
            });
    VerificationReport report = repair(source);
    assertThat(report.repaired()).hasSize(1);
    assertThat(report.problems())
        .hasSize(2)
        .allMatch(problem -> problem.range().orElseThrow().from() == 0);
  }

  @Test
  void referencesAreMadeAgainFromTheManifest() {
    byte[] original = bytes(web.tree().keys().references(second.id()));
    damage(web.tree().keys().references(second.id()), Damage.GONE);
    VerificationReport report = repair(disk(after));
    assertThat(report.allIsWell()).isTrue();
    assertThat(report.repaired())
        .extracting(Repair::backup)
        .containsExactly(new BackupPath(TestRepository.TREE, new BackupName("second")));
    assertThat(bytes(web.tree().keys().references(second.id()))).isEqualTo(original);
  }

  @Test
  void manifestCannotBeMadeFromADisk() {
    damage(web.tree().keys().manifest(first.id()), Damage.LAST_BIT);
    VerificationReport report = repair(disk(before));
    assertThat(report.problems()).hasSize(1);
    assertThat(web.tree().find(new BackupName("first")).verdict().orElseThrow().sound()).isFalse();
  }

  @Test
  void verdictIsThatOfTheRepairedBackup() {
    damage(chunk(first, 0), Damage.HALF);
    new Verification(web.repository()).verify(VerificationRequest.everything(100), Progress.NONE);
    assertThat(web.tree().visible()).noneMatch(b -> b.verdict().orElseThrow().sound());
    repair(disk(before));
    assertThat(web.tree().visible()).allMatch(b -> b.verdict().orElseThrow().sound());
  }

  @Test
  void wholeRepositoryIsNotTouched() {
    assertThat(repair(copy()).repaired()).isEmpty();
    assertThat(puts()).isEmpty();
  }

  /** As another version of the compressor may make it. */
  @Test
  void chunkOfAnotherLengthIsReadAndFoundSound() {
    ObjectKey key = chunk(first, 3);
    long length = bytes(key).length;
    ChunkCodec raw = new ChunkCodec(SegmentSize.DEFAULT, new Compression(0));
    byte[] segment = Arrays.copyOfRange(before.bytes(), 3 * SEGMENT, 4 * SEGMENT);
    SegmentHash hash = SegmentHash.of(segment, SEGMENT, SegmentSize.DEFAULT);
    byte[] other = raw.encode(segment, SEGMENT, hash, hash.nonZero());
    web.memory().put(key, Body.of(other));
    assertThat((long) other.length).as("the test needs another length").isNotEqualTo(length);
    VerificationReport report =
        new Verification(web.repository()).verify(VerificationRequest.everything(0), Progress.NONE);
    assertThat(report.allIsWell()).isTrue();
    assertThat(report.readBytes()).isEqualTo(other.length);
  }
}
