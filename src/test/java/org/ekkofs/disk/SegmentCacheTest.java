package org.ekkofs.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.manifest.Manifest;
import org.ekkofs.model.Compression;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.DiskGeometry;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.SegmentEntry;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.testing.FaultyObjectStore.Effect;
import org.ekkofs.testing.FaultyObjectStore.Fault;
import org.ekkofs.testing.FaultyObjectStore.Operation;
import org.ekkofs.testing.ModelDisk;
import org.ekkofs.testing.TestRepository;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SegmentCacheTest {
  private static final SegmentSize SIZE = new SegmentSize(SegmentSize.MIN_BYTES);
  private static final int SEGMENTS = 40;

  @TempDir Path dir;

  private final ModelDisk model = ModelDisk.full(SEGMENTS * SIZE.bytes(), new Random(1));
  private final List<SegmentEntry> entries = new ArrayList<>();
  private TestRepository web;
  private TrackedBackup backup;

  @BeforeEach
  void take() {
    web = TestRepository.create(dir, SIZE, new Compression(0));
    backup = web.snapshot(model, "b", "");
    try (Manifest manifest = web.manifest(backup)) {
      manifest.read(0, SEGMENTS, entries::add);
    }
    assertThat(entries).hasSize(SEGMENTS);
  }

  @AfterEach
  void close() {
    web.close();
  }

  @Test
  void manyReadersOfOneColdChunkFetchItOnce() throws Exception {
    Fault stall =
        web.faults().fail(Operation.GET, key -> key.contains("/chunks/"), 1, 1, Effect.STALL);
    ExecutorService threads = Executors.newFixedThreadPool(32);
    try (SegmentCache cache = web.cache();
        BackupDisk disk = web.open(backup, cache)) {
      List<Future<Boolean>> readers = new ArrayList<>();
      for (int n = 0; n < 32; n++) {
        int at = n * 1000;
        Callable<Boolean> reader =
            () -> {
              TestRepository.assertReads(disk, model, at, 999);
              return true;
            };
        readers.add(threads.submit(reader));
      }
      stall.awaitReached();
      stall.release();
      for (Future<Boolean> reader : readers) {
        assertThat(reader.get(30, TimeUnit.SECONDS)).isTrue();
      }
      assertThat(web.counts().ofChunks("get")).hasSize(1);
      assertThat(cache.fetchedBytes()).isGreaterThan(SIZE.bytes()).isLessThan(2L * SIZE.bytes());
    } finally {
      threads.shutdownNow();
    }
  }

  private CompletableFuture<SegmentData> fetch(SegmentCache cache, int segment) {
    return fetch(cache, entries.get(segment), model.size());
  }

  private CompletableFuture<SegmentData> fetch(
      SegmentCache cache, SegmentEntry entry, int diskBytes) {
    return cache.fetch(this, web.tree().keys(), new DiskGeometry(diskBytes, SIZE), entry, true);
  }

  private SegmentEntry firstOf(TrackedBackup other) {
    List<SegmentEntry> found = new ArrayList<>();
    try (Manifest manifest = web.manifest(other)) {
      manifest.read(0, 1, found::add);
    }
    return found.get(0);
  }

  @Test
  void damageToWhereOneBackupIsStoredIsNoneToAnotherOfTheSameContent() throws Exception {
    SegmentEntry mine = entries.get(0);
    SegmentEntry elsewhere = firstOf(web.snapshot(model, "c", ""));
    assertThat(elsewhere.digest()).isEqualTo(mine.digest());
    assertThat(elsewhere.layers()).isNotEqualTo(mine.layers());
    ObjectKey chunk = web.tree().keys().chunk(mine.layers().get(0).chunk());
    web.memory().delete(List.of(chunk));
    Fault stall = web.faults().fail(Operation.GET, chunk.value()::equals, 1, 1, Effect.STALL);
    try (SegmentCache cache = web.cache()) {
      CompletableFuture<SegmentData> damaged = fetch(cache, mine, model.size());
      stall.awaitReached();
      CompletableFuture<SegmentData> whole = fetch(cache, elsewhere, model.size());
      CompletableFuture<SegmentData> shorter = fetch(cache, elsewhere, SIZE.bytes() / 2);
      stall.release();
      assertThatThrownBy(() -> damaged.get(30, TimeUnit.SECONDS))
          .hasCauseInstanceOf(CorruptException.class);
      assertThat(whole.get(30, TimeUnit.SECONDS).digest()).isEqualTo(mine.digest());
      assertThatThrownBy(() -> shorter.get(30, TimeUnit.SECONDS))
          .hasCauseInstanceOf(CorruptException.class);
    }
  }

  private SegmentCache cache(long memoryBytes) {
    return new SegmentCache(web.store(), FetchSettings.DEFAULT, memoryBytes, Optional.empty());
  }

  private long held(SegmentCache cache) {
    return entries.stream().filter(entry -> cache.has(entry.digest())).count();
  }

  @Test
  void memoryStaysWithinItsBound() {
    long bound = 10L * SIZE.bytes();
    try (SegmentCache cache = cache(bound);
        BackupDisk disk = web.open(backup, cache)) {
      for (int round = 0; round < 3; round++) {
        for (int n = 0; n < SEGMENTS; n++) {
          TestRepository.assertReads(disk, model, n * SIZE.bytes(), SIZE.bytes());
        }
      }
      assertThat(held(cache)).isEqualTo(10);
    }
  }

  @Test
  void memoryStaysWithinItsBoundAlsoWhileAllFetchersWait() throws Exception {
    long bound = 4L * SIZE.bytes();
    Fault stall =
        web.faults()
            .fail(
                Operation.GET,
                key -> key.contains("/chunks/") && Integer.parseInt(segment(key), 16) >= 20,
                1,
                SEGMENTS,
                Effect.STALL);
    try (SegmentCache cache = cache(bound)) {
      List<CompletableFuture<SegmentData>> all =
          IntStream.range(0, SEGMENTS).mapToObj(n -> fetch(cache, n)).toList();
      stall.awaitReached();
      for (int n = 0; n < 20; n++) {
        all.get(n).get(30, TimeUnit.SECONDS);
      }
      assertThat(held(cache)).isLessThanOrEqualTo(4);
      web.faults().heal();
    }
  }

  @Test
  void whatIsFetchedAheadIsStillThereWhenItIsRead() throws Exception {
    try (SegmentCache cache = cache(20L * SIZE.bytes());
        BackupDisk disk = web.open(backup, cache)) {
      for (int n = 0; n < 3 * 20; n++) {
        TestRepository.assertReads(disk, model, n % 20 * SIZE.bytes(), SIZE.bytes());
      }
      web.counts().reset();
      for (int n = 30; n < 34; n++) {
        fetch(cache, n).get(30, TimeUnit.SECONDS);
      }
      for (int n = 30; n < 34; n++) {
        TestRepository.assertReads(disk, model, n * SIZE.bytes(), SIZE.bytes());
      }
      assertThat(web.counts().ofChunks("get")).hasSize(4);
    }
  }

  private static String segment(String key) {
    return key.substring(key.lastIndexOf('/') + 1);
  }

  @Test
  void whoeverWaitsWhenTheCacheIsClosedIsTold() {
    Fault stall =
        web.faults()
            .fail(Operation.GET, key -> key.contains("/chunks/"), 1, SEGMENTS, Effect.STALL);
    SegmentCache cache = web.cache();
    List<CompletableFuture<SegmentData>> all =
        IntStream.range(0, SEGMENTS).mapToObj(n -> fetch(cache, n)).toList();
    assertThat(stall).isNotNull();
    cache.close();
    for (CompletableFuture<SegmentData> one : all) {
      assertThatThrownBy(() -> one.get(30, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(EkkofsException.class);
    }
  }

  @Test
  void aCacheThatIsClosedSaysSo() {
    SegmentCache cache = web.cache();
    try (BackupDisk disk = web.open(backup, cache)) {
      cache.close();
      assertThatThrownBy(() -> disk.read(0, ByteBuffer.allocate(1)))
          .isInstanceOf(FailedException.class)
          .hasMessageContaining("closed");
    }
  }
}
