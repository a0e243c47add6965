package org.ekkofs.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.ekkofs.model.BlockMask;
import org.junit.jupiter.api.Test;

class MemoryTierTest {
  private static final int SIZE = Segments.SIZE.bytes();

  private static boolean reads(MemoryTier tier, Segments.Known known, int from, int count) {
    ByteBuffer target = ByteBuffer.allocateDirect(count + 7).position(7);
    if (!tier.read(known.data().digest(), from, count, target)) {
      assertThat(target.position()).isEqualTo(7);
      return false;
    }
    byte[] read = new byte[count];
    target.get(7, read);
    assertThat(Arrays.mismatch(read, 0, count, known.bytes(), from, from + count)).isNegative();
    return true;
  }

  @Test
  void whatWasPutIsReadBackByAnyPart() {
    MemoryTier tier = new MemoryTier(40L << 20);
    List<Segments.Known> all = new ArrayList<>();
    for (int n = 0; n < 100; n++) {
      all.add(Segments.of(n, SIZE - n * 100, new BlockMask(new Random(n).nextLong() | 1)));
      tier.put(all.get(n).data());
    }
    Random random = new Random(1);
    for (int n = 0; n < 1000; n++) {
      Segments.Known known = all.get(random.nextInt(all.size()));
      int from = random.nextInt(known.bytes().length);
      assertThat(reads(tier, known, from, random.nextInt(known.bytes().length - from))).isTrue();
    }
  }

  @Test
  void nothingIsReadBeyondTheEndOfASegment() {
    MemoryTier tier = new MemoryTier(4L * SIZE);
    Segments.Known known = Segments.of(1, SIZE / 2, new BlockMask(1));
    tier.put(known.data());
    assertThat(reads(tier, known, SIZE / 2 - 1, 1)).isTrue();
    assertThat(reads(tier, known, SIZE / 2 - 1, 2)).isFalse();
    assertThat(reads(tier, known, SIZE, 1)).isFalse();
  }

  @Test
  void whatThereIsOfMemoryIsUsedWhenThereIsNoMore() {
    AtomicInteger asked = new AtomicInteger();
    MemoryTier tier =
        new MemoryTier(
            256L << 20,
            bytes -> {
              if (asked.incrementAndGet() > 2) {
                throw new OutOfMemoryError("injected");
              }
              return ByteBuffer.allocate(bytes);
            });
    List<Segments.Known> all = IntStream.range(0, 60).mapToObj(Segments::full).toList();
    for (Segments.Known known : all) {
      tier.put(known.data());
    }
    assertThat(reads(tier, all.get(59), 0, SIZE)).isTrue();
    assertThat(all.stream().filter(known -> reads(tier, known, 0, SIZE)).count()).isPositive();
    assertThat(asked).hasValueLessThan(5);
  }

  @Test
  void theOldestGoesFirstUnlessItWasRead() {
    MemoryTier tier = new MemoryTier(4L * SIZE);
    List<Segments.Known> all = IntStream.range(0, 6).mapToObj(Segments::full).toList();
    all.subList(0, 4).forEach(known -> tier.put(known.data()));
    assertThat(reads(tier, all.get(0), 0, 1)).isTrue();
    all.subList(4, 6).forEach(known -> tier.put(known.data()));

    assertThat(all.stream().map(known -> tier.has(known.data().digest())).toList())
        .containsExactly(true, false, false, true, true, true);
  }

  @Test
  void aSegmentLargerThanAllOfItIsLeftOut() {
    MemoryTier tier = new MemoryTier(SIZE - 1);
    tier.put(Segments.full(1).data());
    assertThat(tier.has(Segments.full(1).data().digest())).isFalse();
    new MemoryTier(0).put(Segments.full(1).data());
  }

  @Test
  void readersNeverSeeBytesOfAnotherSegmentWhileTheirsGoes() throws Exception {
    MemoryTier tier = new MemoryTier(3L * SIZE);
    List<Segments.Known> all = IntStream.range(0, 12).mapToObj(Segments::full).toList();
    AtomicBoolean end = new AtomicBoolean();
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<Integer>> readers = new ArrayList<>();
      for (int reader = 0; reader < 3; reader++) {
        Random random = new Random(reader);
        Callable<Integer> work =
            () -> {
              int hits = 0;
              while (!end.get() || hits == 0) {
                Segments.Known known = all.get(random.nextInt(all.size()));
                hits += reads(tier, known, random.nextInt(1000), SIZE - 1000) ? 1 : 0;
              }
              return hits;
            };
        readers.add(threads.submit(work));
      }
      for (int n = 0; n < 20_000; n++) {
        tier.put(all.get(n % all.size()).data());
      }
      end.set(true);
      for (Future<Integer> reader : readers) {
        assertThat(reader.get(60, TimeUnit.SECONDS)).isPositive();
      }
    } finally {
      threads.shutdownNow();
    }
  }
}
