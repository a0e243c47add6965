package org.ekkofs.backup;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.ekkofs.format.ChunkCodec;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.BackupFigures;
import org.ekkofs.model.BlockMask;
import org.ekkofs.model.ChunkId;
import org.ekkofs.model.Compression;
import org.ekkofs.model.SegmentIndex;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.store.Body;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.testing.CountingObjectStore.Call;
import org.ekkofs.testing.ModelDisk;
import org.ekkofs.testing.TestRepository;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a snapshot puts into the store, counted. */
class SharingTest {
  private static final SegmentSize SIZE = SegmentSize.DEFAULT;
  private static final int SEGMENT = SIZE.bytes();
  private static final int BLOCK = SIZE.blockBytes();

  @TempDir Path dir;

  private final Random random = new Random(5);
  private final ModelDisk disk = ModelDisk.full(4 * SEGMENT + 3 * BLOCK + 5, random);
  private TestRepository web;
  private TrackedBackup first;

  @BeforeEach
  void takeTheFirst() {
    web = TestRepository.create(dir);
    first = web.snapshot(disk, "first", "");
  }

  @AfterEach
  void close() {
    web.close();
  }

  private TrackedBackup second() {
    web.counts().reset();
    TrackedBackup second = web.snapshot(disk.source(false), "second", "first");
    web.assertHolds(second, disk);
    return second;
  }

  /** What the snapshot put, before it was compared. */
  private List<Call> puts() {
    return web.counts().ofChunks("put");
  }

  private ObjectKey chunk(TrackedBackup owner, long segment) {
    return web.tree().keys().chunk(new ChunkId(owner.id(), new SegmentIndex(segment)));
  }

  private BlockMask blocks(TrackedBackup owner, long segment) {
    byte[] object = web.memory().get(chunk(owner, segment), Integer.MAX_VALUE).orElseThrow();
    return new ChunkCodec(SIZE, Compression.DEFAULT).decodeHeader(object).blocks();
  }

  @Test
  void aFullOfNoisePutsOneChunkASegmentAndSaysSo() {
    assertThat(puts()).hasSize(5);
    assertThat(TestRepository.figures(first))
        .isEqualTo(
            new BackupFigures(
                disk.size(),
                disk.size(),
                disk.size(),
                puts().stream().mapToLong(Call::bytes).sum(),
                5));
  }

  @Test
  void anUnchangedDiskPutsNoChunkAndReadsNone() {
    web.counts().reset();
    TrackedBackup second = web.snapshot(disk, "second", "first");
    assertThat(puts()).isEmpty();
    assertThat(web.counts().ofChunks("get")).isEmpty();
    assertThat(web.counts().ofChunks("range")).isEmpty();
    assertThat(TestRepository.figures(second))
        .isEqualTo(new BackupFigures(disk.size(), disk.size(), 0, 0, 0));
  }

  @Test
  void fourChangedKibibytesPutOneChunkOfOneBlock() {
    disk.scribble(2 * SEGMENT + 7 * BLOCK + 4096, 4096, random);
    TrackedBackup second = second();
    assertThat(puts()).singleElement();
    assertThat(blocks(second, 2)).isEqualTo(BlockMask.range(7, 7));
    assertThat(puts().get(0).bytes()).isLessThan(BLOCK + 100);
    assertThat(TestRepository.figures(second))
        .isEqualTo(new BackupFigures(disk.size(), disk.size(), BLOCK, puts().get(0).bytes(), 1));
  }

  @Test
  void theComparisonReadsHeadersAndNoData() {
    disk.scribble(2 * SEGMENT + 7 * BLOCK, 1, random);
    web.counts().reset();
    web.snapshot(disk, "second", "first");
    assertThat(web.counts().ofChunks("get")).isEmpty();
    assertThat(web.counts().ofChunks("range"))
        .singleElement()
        .satisfies(
            call -> {
              assertThat(call.key()).isEqualTo(chunk(first, 2).value());
              assertThat(call.bytes()).isLessThanOrEqualTo(ChunkCodec.MAX_HEADER_BYTES);
            });
  }

  @Test
  void aBlockThatBecameZeroPutsNothing() {
    disk.zero(BLOCK, BLOCK);
    TrackedBackup second = second();
    assertThat(puts()).isEmpty();
    assertThat(TestRepository.figures(second).dataBytes()).isEqualTo(disk.size() - BLOCK);
  }

  @Test
  void aSegmentThatBecameZeroHasNoRow() {
    disk.zero(SEGMENT, SEGMENT);
    TrackedBackup second = second();
    assertThat(puts()).isEmpty();
    assertThat(TestRepository.figures(second).dataBytes()).isEqualTo(disk.size() - SEGMENT);
  }

  @Test
  void exactlyHalfChangedIsStoredAsHalf() {
    disk.scribble(0, 32 * BLOCK, random);
    assertThat(blocks(second(), 0)).isEqualTo(BlockMask.first(32));
  }

  @Test
  void moreThanHalfChangedIsStoredWhole() {
    disk.scribble(0, 33 * BLOCK, random);
    assertThat(blocks(second(), 0)).isEqualTo(BlockMask.first(64));
  }

  @Test
  void aShortTailIsComparedByItsOwnBlocks() {
    disk.scribble(disk.size() - 1, 1, random);
    TrackedBackup second = second();
    assertThat(blocks(second, 4)).isEqualTo(BlockMask.range(3, 3));
    assertThat(TestRepository.figures(second).newBytes()).isEqualTo(5);
  }

  @Test
  void aTailThatGrewSharesItsWholeBlocks() {
    disk.resize(disk.size() + BLOCK);
    TrackedBackup second = second();
    assertThat(blocks(second, 4)).isEqualTo(BlockMask.range(3, 3));
  }

  @Test
  void contentThatMovedWithinTheDiskIsFoundAnywhereInTheParent() {
    byte[] moved = Arrays.copyOfRange(disk.bytes(), SEGMENT, 2 * SEGMENT);
    disk.write(3 * SEGMENT, moved);
    disk.zero(SEGMENT, SEGMENT);
    TrackedBackup second = second();
    assertThat(puts()).isEmpty();
    assertThat(TestRepository.figures(second).newChunks()).isZero();
  }

  @Test
  void equalSegmentsOfOneBackupAreStoredOnceAlsoWhenUnderWayAtOnce() {
    ModelDisk same = ModelDisk.empty(40 * SEGMENT);
    byte[] one = ModelDisk.full(SEGMENT, random).bytes();
    for (int n = 0; n < 40; n++) {
      same.write(n * SEGMENT, one);
    }
    web.counts().reset();
    TrackedBackup backup = web.snapshot(same, "same", "");
    assertThat(puts()).singleElement();
    BackupFigures figures = TestRepository.figures(backup);
    assertThat(figures.newChunks()).isOne();
    assertThat(figures.newBytes()).isEqualTo(SEGMENT);
    assertThat(figures.dataBytes()).isEqualTo(same.size());
    web.assertHolds(backup, same);
  }

  @Test
  void equalSegmentsThatDifferFromTheParentInDifferentBlocksAreStoredOnce() {
    ModelDisk twins = ModelDisk.empty(20 * SEGMENT);
    for (int n = 0; n < 20; n++) {
      twins.write(n * SEGMENT, segment(n % 4));
      twins.scribble(n * SEGMENT + n * BLOCK, 9, random);
    }
    web.snapshot(twins, "twins", "");
    for (int n = 1; n < 20; n++) {
      twins.write(n * SEGMENT, Arrays.copyOf(twins.bytes(), SEGMENT));
    }
    twins.scribble(0, 1, random);
    web.counts().reset();
    TrackedBackup after = web.snapshot(twins, "after", "twins");
    assertThat(puts()).singleElement();
    assertThat(TestRepository.figures(after).newChunks()).isOne();
    web.assertHolds(after, twins);
  }

  private byte[] segment(int number) {
    return Arrays.copyOfRange(disk.bytes(), number * SEGMENT, (number + 1) * SEGMENT);
  }

  @Test
  void aChunkOfTheParentWithADamagedHeaderIsNotShared() {
    ObjectKey damaged = chunk(first, 1);
    byte[] object = web.memory().get(damaged, Integer.MAX_VALUE).orElseThrow();
    object[40] ^= 1;
    web.memory().put(damaged, Body.of(object));
    disk.scribble(SEGMENT, 1, random);
    TrackedBackup second = second();
    assertThat(blocks(second, 1)).isEqualTo(BlockMask.first(64));
  }

  @Test
  void aChunkOfTheParentThatIsGoneIsNotShared() {
    web.memory().delete(List.of(chunk(first, 1)));
    disk.scribble(SEGMENT, 1, random);
    assertThat(blocks(second(), 1)).isEqualTo(BlockMask.first(64));
  }

  @Test
  void whatComesBackToWhatItWasInAnEarlierBackupIsNewOnlyIfTheParentLostIt() {
    byte[] old = segment(0);
    disk.scribble(0, 1, random);
    second();
    disk.write(0, old);
    web.counts().reset();
    TrackedBackup third = web.snapshot(disk, "third", "second");
    assertThat(blocks(third, 0)).isEqualTo(BlockMask.first(1));
    web.assertHolds(third, disk);
  }

  @Test
  void withoutAParentNothingIsShared() {
    web.counts().reset();
    web.snapshot(disk, "again", "");
    assertThat(puts()).hasSize(5);
  }
}
