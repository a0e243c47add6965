package org.ekkofs.disk;

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
import org.ekkofs.model.Compression;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.SegmentIndex;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.model.StoreUnavailableException;
import org.ekkofs.store.Body;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.testing.FaultyObjectStore.Effect;
import org.ekkofs.testing.FaultyObjectStore.Operation;
import org.ekkofs.testing.ModelDisk;
import org.ekkofs.testing.TestRepository;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever happens to a chunk, its segment reads as an error or as it was. */
class DamageTest {
  private static final SegmentSize SIZE = new SegmentSize(SegmentSize.MIN_BYTES);
  private static final int BLOCKS = 3;
  private static final int HEADER = 24 + BLOCKS * 32;

  @TempDir Path dir;

  private TestRepository web;
  private ModelDisk model;
  private TrackedBackup backup;
  private ObjectKey key;
  private byte[] object;

  /** Two segments of three blocks each; the first is the one that suffers. */
  private void take(int level) {
    web = TestRepository.create(dir, SIZE, new Compression(level));
    model = ModelDisk.empty(2 * SIZE.bytes());
    Random random = new Random(9);
    for (int at : new int[] {0, 5, 63, 64, 69, 127}) {
      byte[] text = new byte[SIZE.blockBytes()];
      for (int n = 0; n < text.length; n++) {
        text[n] = (byte) ('a' + random.nextInt(4));
      }
      model.write(at * SIZE.blockBytes(), text);
    }
    backup = web.snapshot(model, "b", "");
    key = key(backup, 0);
    object = object(key);
  }

  @AfterEach
  void close() {
    web.close();
  }

  private ObjectKey key(TrackedBackup owner, long segment) {
    return web.tree().keys().chunk(new ChunkId(owner.id(), new SegmentIndex(segment)));
  }

  private byte[] object(ObjectKey of) {
    return web.memory().get(of, Integer.MAX_VALUE).orElseThrow();
  }

  private void store(byte[] bytes) {
    web.memory().put(key, Body.of(bytes));
  }

  private void assertCorrupt(String what) {
    try (SegmentCache cache = web.cache();
        BackupDisk disk = web.open(backup, cache)) {
      for (int at : new int[] {0, 7, 5 * SIZE.blockBytes(), SIZE.bytes() - 1}) {
        ByteBuffer target = ByteBuffer.allocate(1);
        assertThatThrownBy(() -> disk.read(at, target))
            .as(what)
            .isInstanceOf(CorruptException.class)
            .hasMessageContaining(backup.id().toString());
        assertThat(disk.readNow(at, target)).isEqualTo(BackupDisk.NOT_NOW);
        assertThat(target.position()).isZero();
      }
      TestRepository.assertReads(disk, model, SIZE.bytes(), SIZE.bytes());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3})
  void everyByteOfTheHeaderMatters(int level) {
    take(level);
    for (int at = 0; at < HEADER; at++) {
      for (int flip : new int[] {1, 0x80, 0xFF}) {
        byte[] damaged = object.clone();
        damaged[at] ^= (byte) flip;
        store(damaged);
        assertCorrupt("byte " + at + " flipped by " + flip);
      }
    }
  }

  @Test
  void everyByteOfRawDataMatters() {
    take(0);
    for (int at = HEADER; at < object.length; at += 331) {
      byte[] damaged = object.clone();
      damaged[at] ^= 1;
      store(damaged);
      assertCorrupt("byte " + at);
    }
  }

  @Test
  void compressedDataIsWrongOrRightButNeverSomethingElse() {
    take(3);
    int corrupt = 0;
    for (int at = HEADER; at < object.length; at += at < HEADER + 64 ? 1 : 29) {
      byte[] damaged = object.clone();
      damaged[at] ^= (byte) (1 << at % 8);
      store(damaged);
      corrupt += readsRightOrCorrupt() ? 0 : 1;
    }
    assertThat(corrupt).isGreaterThan(100);
  }

  private boolean readsRightOrCorrupt() {
    try (SegmentCache cache = web.cache();
        BackupDisk disk = web.open(backup, cache)) {
      TestRepository.assertReads(disk, model, 0, model.size());
      return true;
    } catch (CorruptException e) {
      assertThat(e).hasMessageContaining(backup.id().toString());
      return false;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3})
  void everyLengthButTheRightOneIsDamage(int level) {
    take(level);
    int[] lengths = {0, 1, 7, 8, 23, 24, HEADER - 1, HEADER, HEADER + 1, object.length - 1};
    for (int length : lengths) {
      store(Arrays.copyOf(object, length));
      assertCorrupt(length + " bytes");
    }
    store(Arrays.copyOf(object, object.length + 1));
    assertCorrupt("one byte more");
    store(Arrays.copyOf(object, 2 * SIZE.bytes()));
    assertCorrupt("more than any chunk");
  }

  @Test
  void aMissingChunkIsNoHole() {
    take(3);
    web.memory().delete(List.of(key));
    assertCorrupt("missing");
  }

  @Test
  void theChunkOfAnotherSegmentIsNotMistakenForThisOne() {
    take(3);
    store(object(key(backup, 1)));
    assertCorrupt("swapped");
  }

  @Test
  void theChunkOfAnotherMomentIsNotMistakenForThisOne() {
    take(3);
    ModelDisk other = model.copy().scribble(10, 10, new Random(1));
    store(object(key(web.snapshot(other, "other", ""), 0)));
    assertCorrupt("of another backup");
  }

  @Test
  void aChunkWithFewerBlocksThanTheManifestSaysIsDamage() {
    take(3);
    ModelDisk other = model.copy().zero(0, SIZE.blockBytes());
    store(object(key(web.snapshot(other, "other", ""), 0)));
    assertCorrupt("fewer blocks");
  }

  @Test
  void aChunkWithMoreBlocksThanTheManifestSaysStillReadsRight() {
    take(3);
    ModelDisk other = model.copy().scribble(10 * SIZE.blockBytes(), 10, new Random(1));
    store(object(key(web.snapshot(other, "other", ""), 0)));
    assertThat(readsRightOrCorrupt()).isTrue();
  }

  @Test
  void aStoreThatCannotBeAskedIsNoDamageAndIsAskedAgain() throws InterruptedException {
    take(3);
    web.faults().fail(Operation.GET, k -> k.contains("/chunks/"), 1, 2, Effect.FAIL_BEFORE);
    try (SegmentCache cache = web.cache();
        BackupDisk disk = web.open(backup, cache)) {
      for (int n = 0; n < 2; n++) {
        assertThatThrownBy(() -> disk.read(0, ByteBuffer.allocate(1)))
            .isInstanceOf(StoreUnavailableException.class);
      }
      TestRepository.assertReads(disk, model, 0, model.size());
    }
    web.faults().assertAllFired();
  }

  @Test
  void aChunkThatWasPutRightReadsRightWithoutANewCache() {
    take(3);
    store(object(key(backup, 1)));
    try (SegmentCache cache = web.cache();
        BackupDisk disk = web.open(backup, cache)) {
      assertThatThrownBy(() -> disk.read(0, ByteBuffer.allocate(1)))
          .isInstanceOf(CorruptException.class);
      store(object);
      TestRepository.assertReads(disk, model, 0, model.size());
    }
  }

  @Test
  void theManifestsOwnObjectIsCheckedAgainstTheLog() {
    take(3);
    ObjectKey manifest = web.tree().keys().manifest(backup.id());
    byte[] bytes = object(manifest);
    try (TestRepository fresh = web.another(dir.resolve("fresh"), point -> {})) {
      for (int at = 0; at < bytes.length; at += 7) {
        byte[] damaged = bytes.clone();
        damaged[at] ^= 4;
        web.memory().put(manifest, Body.of(damaged));
        assertManifestCorrupt(fresh);
      }
      web.memory().put(manifest, Body.of(Arrays.copyOf(bytes, bytes.length - 1)));
      assertManifestCorrupt(fresh);
      web.memory().delete(List.of(manifest));
      assertManifestCorrupt(fresh);
      web.memory().put(manifest, Body.of(bytes));
      fresh.assertHolds(fresh.tree().find(new BackupName("b")), model);
    }
  }

  private void assertManifestCorrupt(TestRepository fresh) {
    assertThatThrownBy(() -> fresh.manifest(fresh.tree().find(new BackupName("b"))))
        .isInstanceOf(CorruptException.class)
        .hasMessageContaining(backup.id().toString());
  }
}
