package org.ekkofs.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.ekkofs.format.RecordCodec;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.LogRecord;
import org.ekkofs.model.Slot;
import org.ekkofs.model.StoreUnavailableException;
import org.ekkofs.model.TreeName;
import org.ekkofs.store.Body;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.testing.FaultyObjectStore;
import org.ekkofs.testing.MemoryObjectStore;
import org.junit.jupiter.api.Test;

class LogReaderTest {
  private static final TreeName WEB = new TreeName("web");

  /** A log of which more and more can be seen, while others read it in any order. */
  private static final class GrowingLog implements LogStore {
    private final List<byte[]> records = new ArrayList<>();
    private final List<Integer> reads = new ArrayList<>();
    private final Random random;
    private int visible;
    private boolean fails;

    GrowingLog(Random random, int length, int visible) {
      this.random = random;
      this.visible = visible;
      for (int slot = 1; slot <= length; slot++) {
        records.add(RecordCodec.encode(Records.record(slot, Records.hide(slot))));
      }
    }

    @Override
    public Optional<byte[]> read(TreeName tree, Slot slot) {
      reads.add(1);
      return look(slot);
    }

    private Optional<byte[]> look(Slot slot) {
      if (random.nextInt(10) == 0) {
        visible = Math.min(records.size(), visible + random.nextInt(4));
      }
      return slot.value() <= visible
          ? Optional.of(records.get((int) slot.value() - 1))
          : Optional.empty();
    }

    @Override
    public List<Optional<byte[]>> readAll(TreeName tree, List<Slot> slots) {
      reads.add(slots.size());
      if (fails && random.nextInt(3) == 0) {
        throw new StoreUnavailableException("injected");
      }
      List<Integer> order = new ArrayList<>();
      List<Optional<byte[]>> found = new ArrayList<>();
      for (int n = 0; n < slots.size(); n++) {
        order.add(n);
        found.add(Optional.empty());
      }
      Collections.shuffle(order, random);
      order.forEach(n -> found.set(n, look(slots.get(n))));
      return found;
    }

    @Override
    public boolean create(TreeName tree, Slot slot, byte[] record) {
      throw new AssertionError("nobody writes");
    }

    @Override
    public Slot newest(TreeName tree) {
      throw new AssertionError("nobody lists");
    }

    @Override
    public List<TreeName> trees() {
      throw new AssertionError("nobody lists");
    }
  }

  private static List<Long> readAfter(LogStore store, long slot) {
    List<Long> shown = new ArrayList<>();
    new LogReader(WEB, store)
        .readAfter(
            new Slot(slot),
            (at, record) -> {
              assertThat(record)
                  .isEqualTo(Records.record(at.value(), Records.hide((int) at.value())));
              shown.add(at.value());
            });
    return shown;
  }

  private static List<Long> slots(long from, long to) {
    return LongStream.rangeClosed(from, to).boxed().toList();
  }

  @Test
  void showsWhatReadingOneByOneWouldShowWhateverAppearsMeanwhile() {
    for (long seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      GrowingLog log = new GrowingLog(random, 250, random.nextInt(200));
      log.fails = random.nextBoolean();
      int before = log.visible;
      List<Long> first = readAfter(log, 0);
      assertThat(first).as("seed %d", seed).isEqualTo(slots(1, first.size()));
      assertThat(first.size()).as("seed %d", seed).isBetween(before, log.visible);
      log.visible = 250;
      assertThat(readAfter(log, first.size()))
          .as("seed %d", seed)
          .isEqualTo(slots(first.size() + 1, 250));
    }
  }

  @Test
  void nothingNewIsOneReadOfOneSlot() {
    GrowingLog log = new GrowingLog(new Random(1), 10, 10);
    assertThat(readAfter(log, 10)).isEmpty();
    assertThat(log.reads).containsExactly(1);
  }

  @Test
  void theMoreIsMissingTheMoreIsReadAtOnce() {
    GrowingLog log = new GrowingLog(new Random(1), 100, 100);
    assertThat(readAfter(log, 0)).isEqualTo(slots(1, 100));
    assertThat(log.reads).containsExactly(1, 2, 4, 8, 16, 32, 32, 32);
  }

  private static String key(long slot) {
    return "trees/web/log/%016d".formatted(slot);
  }

  private static MemoryObjectStore objects(int records) {
    MemoryObjectStore objects = new MemoryObjectStore();
    ObjectLogStore logs = new ObjectLogStore(objects);
    for (int slot = 1; slot <= records; slot++) {
      logs.create(
          WEB, new Slot(slot), RecordCodec.encode(Records.record(slot, Records.hide(slot))));
    }
    return objects;
  }

  private static void withThreads(Consumer<ExecutorService> test) {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      test.accept(threads);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void manyThreadsShowRecordsInOrder() {
    withThreads(
        threads -> {
          LogStore logs = new ObjectLogStore(objects(333), threads);
          assertThat(readAfter(logs, 0)).isEqualTo(slots(1, 333));
          assertThat(readAfter(logs, 300)).isEqualTo(slots(301, 333));
        });
  }

  @Test
  void aRecordBehindAFreeSlotIsNotShown() {
    withThreads(
        threads -> {
          MemoryObjectStore objects = objects(20);
          objects.delete(List.of(new ObjectKey(key(6))));
          assertThat(readAfter(new ObjectLogStore(objects, threads), 0)).isEqualTo(slots(1, 5));
        });
  }

  @Test
  void whatCannotBeReadBehindAFreeSlotDoesNotMatter() {
    withThreads(
        threads -> {
          FaultyObjectStore faulty = new FaultyObjectStore(objects(9));
          faulty.fail(
              FaultyObjectStore.Operation.GET,
              key(11)::equals,
              1,
              Integer.MAX_VALUE,
              FaultyObjectStore.Effect.FAIL_BEFORE);
          assertThat(readAfter(new ObjectLogStore(faulty, threads), 0)).isEqualTo(slots(1, 9));
          faulty.assertAllFired();
        });
  }

  @Test
  void whatCannotBeReadInTheMiddleFailsAfterWhatCameBefore() {
    withThreads(
        threads -> {
          FaultyObjectStore faulty = new FaultyObjectStore(objects(30));
          faulty.fail(
              FaultyObjectStore.Operation.GET,
              key(11)::equals,
              1,
              Integer.MAX_VALUE,
              FaultyObjectStore.Effect.FAIL_BEFORE);
          List<LogRecord> shown = new ArrayList<>();
          LogReader reader = new LogReader(WEB, new ObjectLogStore(faulty, threads));
          assertThatThrownBy(() -> reader.readAfter(Slot.NONE, (slot, record) -> shown.add(record)))
              .isInstanceOf(StoreUnavailableException.class);
          assertThat(shown).hasSize(10);
        });
  }

  @Test
  void aDamagedRecordIsNamedAfterThoseBeforeItWereShown() {
    withThreads(
        threads -> {
          MemoryObjectStore objects = objects(30);
          objects.put(new ObjectKey(key(12)), Body.of(new byte[RecordCodec.MAX_BYTES + 1]));
          List<LogRecord> shown = new ArrayList<>();
          LogReader reader = new LogReader(WEB, new ObjectLogStore(objects, threads));
          assertThatThrownBy(() -> reader.readAfter(Slot.NONE, (slot, record) -> shown.add(record)))
              .isInstanceOf(CorruptException.class)
              .hasMessageStartingWith("record 12 of the log of tree web: ");
          assertThat(shown).hasSize(11);
        });
  }

  @Test
  void aStoreThatIsClosedMeanwhileIsUnavailable() {
    withThreads(
        threads -> {
          threads.shutdownNow();
          LogStore logs = new ObjectLogStore(objects(9), threads);
          assertThatThrownBy(() -> logs.readAll(WEB, List.of(new Slot(1), new Slot(2))))
              .isInstanceOf(StoreUnavailableException.class);
        });
  }

  @Test
  void anInterruptEndsTheWaitingAndStays() {
    ExecutorService busy = Executors.newSingleThreadExecutor();
    CountDownLatch end = new CountDownLatch(1);
    try {
      busy.execute(() -> await(end));
      LogStore logs = new ObjectLogStore(objects(9), busy);
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> readAfter(logs, 0)).isInstanceOf(CancelledException.class);
      assertThat(Thread.interrupted()).isTrue();
    } finally {
      end.countDown();
      busy.shutdownNow();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
