package org.ekkofs.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.Random;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.Compression;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.testing.ModelDisk;
import org.ekkofs.testing.TestRepository;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BackupDiskTest {
  private static final SegmentSize SIZE = new SegmentSize(SegmentSize.MIN_BYTES);
  private static final int BLOCK = SIZE.blockBytes();

  @TempDir Path dir;

  private TestRepository web;

  @BeforeEach
  void create() {
    web = TestRepository.create(dir, SIZE, Compression.DEFAULT);
  }

  @AfterEach
  void close() {
    web.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4096, 1_000_003, 2 * SegmentSize.MIN_BYTES})
  void holesAndDataLieWhereTheModelHasThem(int size) {
    ModelDisk model = ModelDisk.random(size, new Random(size));
    model.zero(BLOCK / 2, 3 * BLOCK);
    TrackedBackup backup = web.snapshot(model, "b", "");
    try (SegmentCache cache = web.cache();
        BackupDisk disk = web.open(backup, cache)) {
      for (int block = 0; block * BLOCK <= size; block++) {
        for (int at : new int[] {block * BLOCK, block * BLOCK + 1, (block + 1) * BLOCK - 1}) {
          assertThat(disk.nextData(at)).as("data from %d", at).isEqualTo(data(model, at));
          assertThat(disk.nextHole(at)).as("hole from %d", at).isEqualTo(hole(model, at));
        }
      }
    }
  }

  private static boolean isData(ModelDisk model, int at) {
    int from = at / BLOCK * BLOCK;
    return !model.isZero(from, from + BLOCK);
  }

  private static OptionalLong data(ModelDisk model, int offset) {
    for (int at = offset; at < model.size(); at = (at / BLOCK + 1) * BLOCK) {
      if (isData(model, at)) {
        return OptionalLong.of(at);
      }
    }
    return OptionalLong.empty();
  }

  private static long hole(ModelDisk model, int offset) {
    for (int at = offset; at < model.size(); at = (at / BLOCK + 1) * BLOCK) {
      if (!isData(model, at)) {
        return at;
      }
    }
    return model.size();
  }

  @Test
  void whatIsNotInMemoryIsNotReadNowAndLeavesTheTargetAlone() {
    ModelDisk model = ModelDisk.full(600_000, new Random(2));
    TrackedBackup backup = web.snapshot(model, "b", "");
    try (SegmentCache cache = web.cache();
        BackupDisk disk = web.open(backup, cache)) {
      ByteBuffer target = ByteBuffer.allocate(100).position(7);
      assertThat(disk.readNow(0, target)).isEqualTo(BackupDisk.NOT_NOW);
      assertThat(target.position()).isEqualTo(7);
      TestRepository.assertReads(disk, model, 0, 1000);
      ByteBuffer across = ByteBuffer.allocate(SIZE.bytes());
      assertThat(disk.readNow(SIZE.bytes() / 2, across)).isEqualTo(BackupDisk.NOT_NOW);
      assertThat(across.position()).isZero();
      assertThat(web.counts().ofChunks("get")).hasSize(1);
    }
  }

  @Test
  void whatWasReadOnceIsReadNow() {
    ModelDisk model = ModelDisk.random(1_000_001, new Random(3));
    TrackedBackup backup = web.snapshot(model, "b", "");
    try (SegmentCache cache = web.cache();
        BackupDisk disk = web.open(backup, cache)) {
      TestRepository.assertReads(disk, model, 0, model.size());
      Random random = new Random(4);
      for (int n = 0; n < 200; n++) {
        int at = random.nextInt(model.size());
        ByteBuffer target = ByteBuffer.allocate(random.nextInt(400_000));
        int count = disk.readNow(at, target);
        assertThat(count).isEqualTo(Math.min(target.capacity(), model.size() - at));
        assertThat(Arrays.mismatch(target.array(), 0, count, model.bytes(), at, at + count))
            .isNegative();
      }
    }
  }

  @Test
  void nothingIsReadAtTheEndAndBeyondIt() throws InterruptedException {
    TrackedBackup backup = web.snapshot(ModelDisk.full(1000, new Random(5)), "b", "");
    try (SegmentCache cache = web.cache();
        BackupDisk disk = web.open(backup, cache)) {
      for (long at : new long[] {1000, 1001, 1L << 40, Long.MAX_VALUE}) {
        assertThat(disk.read(at, ByteBuffer.allocate(10))).isZero();
        assertThat(disk.readNow(at, ByteBuffer.allocate(10))).isZero();
      }
      assertThat(web.counts().ofChunks("get")).isEmpty();
    }
  }

  @Test
  void aNativeTargetIsFilledAsAnArrayIs() throws InterruptedException {
    ModelDisk model = ModelDisk.random(700_000, new Random(6));
    TrackedBackup backup = web.snapshot(model, "b", "");
    try (SegmentCache cache = web.cache();
        BackupDisk disk = web.open(backup, cache)) {
      ByteBuffer target = ByteBuffer.allocateDirect(model.size());
      assertThat(disk.read(0, target)).isEqualTo(model.size());
      assertThat(target.flip()).isEqualTo(ByteBuffer.wrap(model.bytes()));
    }
  }
}
