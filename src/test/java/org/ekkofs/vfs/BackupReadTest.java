package org.ekkofs.vfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.ChunkId;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.SegmentIndex;
import org.ekkofs.store.Body;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.testing.Await;
import org.ekkofs.testing.ModelDisk;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackupReadTest {
  private static final int SIZE = 5_000_321;
  private static final int BLOCK = Mounted.SEGMENT.blockBytes();
  private static final String DAMAGED = "user.ekkofs.damaged";

  @TempDir private Path dir;
  private final Random random = new Random(42);
  private final ModelDisk model = ModelDisk.random(SIZE, random);
  private Mounted mounted;

  @BeforeEach
  void mount() {
    mounted = Mounted.create(dir);
  }

  @AfterEach
  void unmount() {
    mounted.close();
  }

  @Test
  void randomReadsAgreeWithTheDisk() throws Exception {
    mounted.snapshot(model, "a", "");
    model.scribble(1_000_000, 400_000, random).zero(3_000_000, 600_000);
    mounted.snapshot(model, "b", "a");
    try (OpenFile open = mounted.backup("b").open(false)) {
      for (int n = 0; n < 300; n++) {
        int offset = random.nextInt(SIZE + 10_000);
        assertReads(open, offset, random.nextInt(700_000));
      }
    }
  }

  private void assertReads(OpenFile open, int offset, int count) throws InterruptedException {
    int expected = Math.max(0, Math.min(count, SIZE - offset));
    ByteBuffer target = ByteBuffer.allocate(count);
    assertThat(open.read(offset, target)).isEqualTo(expected);
    assertSame(target, offset, expected);
    ByteBuffer again = ByteBuffer.allocateDirect(count);
    assertThat(open.readNow(offset, again)).isEqualTo(expected);
    byte[] bytes = new byte[expected];
    again.flip().get(bytes);
    assertSame(ByteBuffer.wrap(bytes), offset, expected);
  }

  private void assertSame(ByteBuffer target, int offset, int count) {
    int from = Math.min(offset, SIZE);
    assertThat(Arrays.mismatch(target.array(), 0, count, model.bytes(), from, from + count))
        .as("first wrong byte of %d at %d", count, offset)
        .isNegative();
  }

  @Test
  void whatIsNotInMemoryWouldBlock() {
    mounted.snapshot(ModelDisk.full(SIZE, random), "a", "");
    try (OpenFile open = mounted.backup("a").open(false)) {
      ByteBuffer target = ByteBuffer.allocate(10);
      assertThat(open.readNow(0, target)).isEqualTo(OpenFile.WOULD_BLOCK);
      assertThat(target.position()).isZero();
    }
  }

  @Test
  void seekFindsDataAndHolesByBlock() {
    mounted.snapshot(model, "a", "");
    try (OpenFile open = mounted.backup("a").open(false)) {
      for (int n = 0; n < 500; n++) {
        int offset = random.nextInt(SIZE);
        assertThat(open.seek(offset, OpenFile.Seek.HOLE)).isEqualTo(next(offset, true));
        int data = next(offset, false);
        if (data < SIZE) {
          assertThat(open.seek(offset, OpenFile.Seek.DATA)).isEqualTo(data);
        } else {
          assertThat(Mounted.errno(() -> open.seek(offset, OpenFile.Seek.DATA)))
              .isEqualTo(Errno.ENXIO.number());
        }
      }
    }
  }

  private int next(int offset, boolean hole) {
    for (int at = offset; at < SIZE; at = (at / BLOCK + 1) * BLOCK) {
      int block = at / BLOCK * BLOCK;
      if (model.isZero(block, block + BLOCK) == hole) {
        return at;
      }
    }
    return SIZE;
  }

  @Test
  void seekOutsideTheDiskIsAnError() {
    ModelDisk half = ModelDisk.empty(SIZE).scribble(0, 1000, random);
    mounted.snapshot(half, "a", "");
    try (OpenFile open = mounted.backup("a").open(false)) {
      for (OpenFile.Seek what : OpenFile.Seek.values()) {
        for (long offset : List.of(-1L, (long) SIZE, Long.MAX_VALUE)) {
          assertThat(Mounted.errno(() -> open.seek(offset, what))).isEqualTo(Errno.ENXIO.number());
        }
      }
      assertThat(Mounted.errno(() -> open.seek(2_000_000, OpenFile.Seek.DATA)))
          .isEqualTo(Errno.ENXIO.number());
    }
  }

  @Test
  void openFileKeepsReadingWhileItsBackupIsHidden() throws Exception {
    mounted.snapshot(model, "a", "");
    try (OpenFile open = mounted.backup("a").open(false)) {
      mounted.repository.tree().delete(new BackupName("a"));
      mounted.tree.refreshNow();
      assertThat(mounted.web().lookup("a.raw")).isEmpty();
      assertReads(open, 0, SIZE);
    }
  }

  @Test
  void missingChunkIsAnErrorAndNeverZeros() {
    TrackedBackup backup = mounted.snapshot(ModelDisk.full(SIZE, random), "a", "");
    mounted.repository.memory().delete(List.of(chunk(backup, 2)));

    assertCorrupt("missing");
  }

  @Test
  void damagedChunkIsAnError() {
    TrackedBackup backup = mounted.snapshot(ModelDisk.full(SIZE, random), "a", "");
    ObjectKey key = chunk(backup, 2);
    byte[] bytes = mounted.repository.memory().get(key, 1 << 20).orElseThrow();
    bytes[bytes.length - 1] ^= 1;
    mounted.repository.memory().put(key, Body.of(bytes));

    assertCorrupt("damaged");
  }

  private void assertCorrupt(String how) {
    FileNode node = mounted.backup("a");
    assertThat(node.extendedAttributes()).doesNotContainKey(DAMAGED);
    try (OpenFile open = node.open(false)) {
      ByteBuffer target = ByteBuffer.allocate(100);
      assertThatThrownBy(() -> open.read(2L * Mounted.SEGMENT.bytes() + 5, target))
          .isInstanceOf(CorruptException.class)
          .hasMessageContaining(how);
      assertThat(target.position()).isZero();
      assertThat(node.extendedAttributes()).containsKey(DAMAGED);
    }
  }

  @Test
  void missingManifestFailsTheOpenAndMarksTheBackup() {
    TrackedBackup backup = mounted.repository.snapshot(model, "a", "");
    mounted.repository.memory().delete(List.of(keys().manifest(backup.id())));
    try (Mounted elsewhere =
        Mounted.of(mounted.repository.another(dir.resolve("elsewhere"), point -> {}))) {
      FileNode node = elsewhere.backup("a");
      assertThatThrownBy(() -> node.open(false)).isInstanceOf(CorruptException.class);
      assertThat(node.extendedAttributes()).containsKey(DAMAGED);
    }
  }

  private ObjectKey chunk(TrackedBackup backup, long segment) {
    return keys().chunk(new ChunkId(backup.id(), new SegmentIndex(segment)));
  }

  private org.ekkofs.store.TreeKeys keys() {
    return mounted.repository.tree().keys();
  }

  @Test
  void backupsCannotBeWritten() {
    mounted.snapshot(model, "a", "");
    FileNode node = mounted.backup("a");

    assertThat(Mounted.errno(() -> node.open(true))).isEqualTo(Errno.EROFS.number());
    assertThat(Mounted.errno(node::truncate)).isEqualTo(Errno.EROFS.number());
  }

  @Test
  void sequentialReadsHaveWhatFollowsFetched() throws Exception {
    TrackedBackup backup = mounted.snapshot(ModelDisk.full(SIZE, random), "a", "");
    mounted.repository.counts().reset();
    try (OpenFile open = mounted.backup("a").open(false)) {
      for (int segment = 0; segment < 5; segment++) {
        open.read((long) segment * Mounted.SEGMENT.bytes(), wholeSegment());
      }
      String last = chunk(backup, 7).value();
      Await.until(
          "segment 7 is fetched",
          () ->
              mounted.repository.counts().ofChunks("get").stream()
                  .anyMatch(call -> call.key().equals(last)));
    }
  }

  private static ByteBuffer wholeSegment() {
    return ByteBuffer.allocate(Mounted.SEGMENT.bytes());
  }

  @Test
  void readAheadPassesOverZeros() throws Exception {
    ModelDisk disk = ModelDisk.full(SIZE, random);
    disk.zero(6 * Mounted.SEGMENT.bytes(), 10 * Mounted.SEGMENT.bytes());
    TrackedBackup backup = mounted.snapshot(disk, "a", "");
    mounted.repository.counts().reset();
    try (OpenFile open = mounted.backup("a").open(false)) {
      for (int segment = 0; segment < 5; segment++) {
        open.read((long) segment * Mounted.SEGMENT.bytes(), wholeSegment());
      }
      String last = chunk(backup, 18).value();
      Await.until(
          "segment 18, the fourth with data, is fetched",
          () ->
              mounted.repository.counts().ofChunks("get").stream()
                  .anyMatch(call -> call.key().equals(last)));
    }
  }

  @Test
  void opensOfOneBackupShareADiskAndFewStayOpen() {
    for (int n = 0; n < 12; n++) {
      mounted.repository.snapshot(ModelDisk.full(5000, random), "b" + n, "");
    }
    try (DiskPool pool = new DiskPool(mounted.cache, new org.ekkofs.manifest.SegmentTable())) {
      List<TrackedBackup> backups = mounted.repository.tree().visible();
      DiskPool.Lease first = pool.open(mounted.repository.tree(), backups.get(0));
      try (DiskPool.Lease second = pool.open(mounted.repository.tree(), backups.get(0))) {
        assertThat(second.disk()).isSameAs(first.disk());
      }
      for (TrackedBackup backup : backups.subList(1, 12)) {
        pool.open(mounted.repository.tree(), backup).close();
      }
      assertThat(pool.size()).isEqualTo(1 + 8);
      assertThat(first.disk().geometry().diskBytes()).isEqualTo(5000);
      first.close();
      assertThat(pool.size()).isEqualTo(8);
    }
  }

  @Test
  void openFilesFailOnceTheTreeIsClosed() {
    mounted.snapshot(model, "a", "");
    try (OpenFile open = mounted.backup("a").open(false)) {
      mounted.tree.close();
      assertThat(Mounted.errno(() -> open.readNow(0, ByteBuffer.allocate(1))))
          .isEqualTo(Errno.EIO.number());
    }
  }
}
