package org.ekkofs.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.ekkofs.model.CancelledException;
import org.ekkofs.testing.Await;
import org.ekkofs.testing.HandTiming;
import org.ekkofs.testing.MemoryObjectStore;
import org.ekkofs.testing.ObjectStoreContract;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ThrottledObjectStoreTest extends ObjectStoreContract {
  private static final int MIB = 1 << 20;
  private static final ObjectKey RECORD = ObjectKey.of("trees", "web", "log", "0000000000000007");
  private static final ObjectKey MANIFEST = ObjectKey.of("trees", "web", "manifests", "m");

  private final HandTiming timing = new HandTiming(Long.MAX_VALUE - 5);
  private final MemoryObjectStore memory = new MemoryObjectStore();
  private volatile boolean interruptIsPending;
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @Override
  protected ObjectStore newStore() {
    return new ThrottledObjectStore(
        new MemoryObjectStore(), limit(Timing.SYSTEM, 1 << 30), limit(Timing.SYSTEM, 1 << 30));
  }

  private static Optional<RateLimit> limit(Timing timing, long bytesPerSecond) {
    return Optional.of(new RateLimit(bytesPerSecond, timing));
  }

  /** One that sends, or fetches, a MiB a second. */
  private ThrottledObjectStore sending() {
    return new ThrottledObjectStore(memory, limit(timing, MIB), Optional.empty());
  }

  private ThrottledObjectStore fetching() {
    return new ThrottledObjectStore(memory, Optional.empty(), limit(timing, MIB));
  }

  private static ObjectKey chunk(int number) {
    return ObjectKey.of("trees", "web", "chunks", "owner", "%08x".formatted(number));
  }

  @AfterEach
  void endThreads() {
    threads.shutdownNow();
  }

  private void pass(Duration time, int stillWaiting) {
    timing.advance(time);
    Await.until("those to go on whose turn it is", () -> timing.waiting() == stillWaiting);
  }

  @Test
  void chunksGoOutAtTheRateAndInTurn() {
    ObjectStore store = sending();
    List<Integer> stored = Collections.synchronizedList(new ArrayList<>());
    for (int n = 0; n < 8; n++) {
      int number = n;
      threads.submit(
          () -> {
            store.put(chunk(number), Body.of(new byte[MIB / 2]));
            stored.add(number);
          });
      int waiting = n;
      Await.until("it to wait", () -> timing.waiting() == waiting && !stored.isEmpty());
    }
    for (int n = 1; n < 8; n++) {
      pass(Duration.ofMillis(499), 8 - n);
      assertThat(stored).hasSize(n);
      pass(Duration.ofMillis(1), 7 - n);
      int done = n + 1;
      Await.until("it to be stored", () -> stored.size() == done);
    }
    assertThat(stored).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
  }

  @Test
  void aRecordIsNotHeldUpByChunksThatWait() throws Exception {
    ObjectStore store = sending();
    List<Future<?>> chunks = new ArrayList<>();
    for (int n = 0; n < 20; n++) {
      int number = n;
      chunks.add(threads.submit(() -> store.put(chunk(number), Body.of(new byte[MIB]))));
    }
    Await.until("all but the first to wait", () -> timing.waiting() == 19);
    assertThat(store.createIfAbsent(RECORD, new byte[60_000])).isTrue();
    store.put(MANIFEST, Body.of(new byte[MIB]));
    assertThat(timing.waiting()).isEqualTo(19);
    pass(Duration.ofSeconds(19), 0);
    for (Future<?> each : chunks) {
      each.get();
    }
    threads.submit(() -> store.put(chunk(20), Body.of(new byte[1])));
    Await.until("the next to wait for what did not", () -> timing.waiting() == 1);
    pass(Duration.ofMillis(2_057), 1);
    pass(Duration.ofMillis(1), 0);
  }

  @Test
  void aLongManifestGoesOutAtTheRate() throws Exception {
    ObjectStore store = sending();
    Future<?> put = threads.submit(() -> store.put(MANIFEST, Body.of(new byte[4 * MIB])));
    for (int second = 1; second <= 3; second++) {
      int pauses = second;
      Await.until("it to wait", () -> timing.pauses() == pauses);
      timing.advance(Duration.ofMillis(999));
      assertThat(put.isDone()).isFalse();
      timing.advance(Duration.ofMillis(1));
    }
    put.get();
    assertThat(memory.get(MANIFEST, 5 * MIB)).hasValue(new byte[4 * MIB]);
  }

  @Test
  void chunksComeInAtTheRateWhateverTheirSize() {
    HandTiming passing = HandTiming.passingInPauses(0);
    ObjectStore store = new ThrottledObjectStore(memory, Optional.empty(), limit(passing, MIB));
    Random random = new Random(4);
    long fetched = 0;
    for (int n = 0; n < 200; n++) {
      memory.put(chunk(n), Body.of(new byte[random.nextInt(n < 100 ? 60_000 : 900_000)]));
      fetched += store.get(chunk(n), 2 * MIB).orElseThrow().length;
      double seconds = passing.nanoTime() / 1e9;
      assertThat(fetched).isLessThan((long) ((seconds + 1.8) * MIB));
    }
    assertThat(passing.nanoTime() / 1e9).isLessThan(fetched / (double) MIB + .5);
  }

  @Test
  void whatIsAskedOfTheLogWaitsForNoChunk() {
    memory.put(RECORD, Body.of(new byte[1000]));
    memory.put(chunk(1), Body.of(new byte[MIB]));
    ObjectStore store = fetching();
    for (int n = 0; n < 10; n++) {
      threads.submit(() -> store.get(chunk(1), MIB));
    }
    Await.until("chunks to wait", () -> timing.waiting() == 9);
    assertThat(store.get(RECORD, MIB)).isPresent();
    assertThat(store.getRange(RECORD, 0, 10)).isPresent();
    assertThat(timing.waiting()).isEqualTo(9);
  }

  @Test
  void whoeverIsInterruptedGivesItsTurnBack() throws Exception {
    ObjectStore store = sending();
    store.put(chunk(0), Body.of(new byte[MIB]));
    Thread waiting =
        new Thread(
            () -> {
              assertThatThrownBy(() -> store.put(chunk(1), Body.of(new byte[100 * MIB])))
                  .isInstanceOf(CancelledException.class);
              interruptIsPending = Thread.interrupted();
            });
    waiting.start();
    Await.until("it to wait", () -> timing.waiting() == 1);
    waiting.interrupt();
    waiting.join();
    assertThat(interruptIsPending).isTrue();
    assertThat(memory.get(chunk(1), MIB)).isEmpty();
    Future<?> next = threads.submit(() -> store.put(chunk(2), Body.of(new byte[1])));
    Await.until("the next to wait", () -> timing.waiting() == 1);
    timing.advance(Duration.ofSeconds(1));
    next.get();
  }

  @Test
  void soMuchRunsAtOnceAsTheRateIsWorth() {
    assertThat(sending().parallelism()).isEqualTo(4);
    assertThat(fetching().parallelism()).isEqualTo(4);
    assertThat(new ThrottledObjectStore(memory, limit(timing, 1024), limit(timing, 1L << 40)))
        .extracting(ThrottledObjectStore::parallelism)
        .isEqualTo(2);
    assertThat(
            new ThrottledObjectStore(memory, limit(timing, 1L << 62), Optional.empty())
                .parallelism())
        .isEqualTo(memory.parallelism());
  }
}
