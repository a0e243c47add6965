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
import org.ekkofs.format.Chunk;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.manifest.Manifest;
import org.ekkofs.model.Compression;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.Layer;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.testing.FaultyObjectStore.Effect;
import org.ekkofs.testing.FaultyObjectStore.Fault;
import org.ekkofs.testing.FaultyObjectStore.Operation;
import org.ekkofs.testing.ModelDisk;
import org.ekkofs.testing.TestRepository;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChunkCacheTest {
  private static final SegmentSize SIZE = new SegmentSize(SegmentSize.MIN_BYTES);
  private static final int SEGMENTS = 40;

  @TempDir Path dir;

  private final ModelDisk model = ModelDisk.full(SEGMENTS * SIZE.bytes(), new Random(1));
  private final List<Layer> layers = new ArrayList<>();
  private TestRepository web;
  private TrackedBackup backup;

  @BeforeEach
  void take() {
    web = TestRepository.create(dir, SIZE, new Compression(0));
    backup = web.snapshot(model, "b", "");
    try (Manifest manifest = web.manifest(backup)) {
      manifest.read(0, SEGMENTS, entry -> layers.addAll(entry.layers()));
    }
    assertThat(layers).hasSize(SEGMENTS);
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
    try (ChunkCache cache = web.cache();
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

  private long held(ChunkCache cache) {
    return layers.stream()
        .flatMap(layer -> cache.getNow(web.tree().keys(), layer).stream())
        .mapToLong(Chunk::weight)
        .sum();
  }

  @Test
  void memoryStaysWithinItsBound() {
    long bound = 10L * SIZE.bytes();
    try (ChunkCache cache = new ChunkCache(web.store(), bound, Optional.empty());
        BackupDisk disk = web.open(backup, cache)) {
      for (int round = 0; round < 3; round++) {
        for (int n = 0; n < SEGMENTS; n++) {
          TestRepository.assertReads(disk, model, n * SIZE.bytes(), SIZE.bytes());
        }
      }
      assertThat(held(cache)).isGreaterThan(bound / 2).isLessThanOrEqualTo(bound);
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
    try (ChunkCache cache = new ChunkCache(web.store(), bound, Optional.empty())) {
      List<CompletableFuture<Chunk>> all =
          layers.stream().map(layer -> cache.get(web.tree().keys(), SIZE, layer)).toList();
      stall.awaitReached();
      for (int n = 0; n < 20; n++) {
        all.get(n).get(30, TimeUnit.SECONDS);
      }
      assertThat(held(cache)).isLessThanOrEqualTo(bound);
      web.faults().heal();
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
    ChunkCache cache = web.cache();
    List<CompletableFuture<Chunk>> all =
        layers.stream().map(layer -> cache.get(web.tree().keys(), SIZE, layer)).toList();
    assertThat(stall).isNotNull();
    cache.close();
    for (CompletableFuture<Chunk> one : all) {
      assertThatThrownBy(() -> one.get(30, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(EkkofsException.class);
    }
  }

  @Test
  void aCacheThatIsClosedSaysSo() {
    ChunkCache cache = web.cache();
    try (BackupDisk disk = web.open(backup, cache)) {
      cache.close();
      assertThatThrownBy(() -> disk.read(0, ByteBuffer.allocate(1)))
          .isInstanceOf(FailedException.class)
          .hasMessageContaining("closed");
    }
  }
}
