package org.ekkofs.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.ekkofs.log.CommitLog;
import org.ekkofs.log.LogStore;
import org.ekkofs.log.Stamper;
import org.ekkofs.log.TreeState;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.Compression;
import org.ekkofs.model.LogEvent;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.model.Slot;
import org.ekkofs.model.TreeName;
import org.ekkofs.model.WriterProcess;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What every place for commit logs must do. */
public abstract class LogStoreContract {
  private static final TreeName WEB = new TreeName("web");
  private static final TreeName DB = new TreeName("db");
  private static final int WRITERS = 16;
  private static final int SLOTS = 200;
  private static final int APPENDS = 20;

  private final List<LogStore> opened = new ArrayList<>();

  /**
   * The logs as one more process sees them that may write; empty before the first of a test has
   * written.
   */
  protected abstract LogStore open();

  private LogStore logs() {
    LogStore logs = open();
    opened.add(logs);
    return logs;
  }

  @AfterEach
  void closeAll() {
    opened.forEach(LogStore::close);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(Optional<byte[]> record) {
    return record.map(bytes -> new String(bytes, StandardCharsets.UTF_8)).orElse("nothing");
  }

  private static Slot slot(long number) {
    return new Slot(number);
  }

  @Test
  void aRecordIsReadAsItWasWritten() {
    LogStore logs = logs();
    assertThat(logs.read(WEB, slot(1))).isEmpty();
    assertThat(logs.create(WEB, slot(1), bytes("one"))).isTrue();
    assertThat(logs.create(WEB, slot(2), new byte[] {0, -1, 10})).isTrue();
    assertThat(logs.read(WEB, slot(1))).hasValue(bytes("one"));
    assertThat(logs().read(WEB, slot(2))).hasValue(new byte[] {0, -1, 10});
    assertThat(logs.read(DB, slot(1))).isEmpty();
  }

  @Test
  void aTakenSlotStaysAsItIs() {
    assertThat(logs().create(WEB, slot(1), bytes("one"))).isTrue();
    assertThat(logs().create(WEB, slot(1), bytes("other"))).isFalse();
    assertThat(logs().create(WEB, slot(1), bytes("one"))).isFalse();
    assertThat(logs().read(WEB, slot(1))).hasValue(bytes("one"));
  }

  @Test
  void manyAreReadAtOnceInTheirOrder() {
    LogStore logs = logs();
    for (int n = 1; n <= 5; n++) {
      logs.create(WEB, slot(n), bytes("record " + n));
    }
    List<Slot> slots = List.of(slot(4), slot(2), slot(6), slot(5), slot(9));
    assertThat(logs.readAll(WEB, slots).stream().map(LogStoreContract::text))
        .containsExactly("record 4", "record 2", "nothing", "record 5", "nothing");
  }

  @Test
  void treesAndNewestAreThoseWritten() {
    LogStore logs = logs();
    assertThat(logs.trees()).isEmpty();
    assertThat(logs.newest(WEB)).isEqualTo(Slot.NONE);
    logs.create(WEB, slot(1), bytes("one"));
    logs.create(WEB, slot(2), bytes("two"));
    logs.create(DB, slot(1), bytes("one"));
    assertThat(logs().trees()).containsExactly(DB, WEB);
    assertThat(logs().newest(WEB)).isEqualTo(slot(2));
    assertThat(logs().newest(DB)).isEqualTo(slot(1));
  }

  @Test
  void ofAllWhoRaceForASlotOneWinsAndItsRecordStays() throws Exception {
    List<Set<Integer>> winners = new ArrayList<>();
    IntStream.rangeClosed(0, SLOTS).forEach(n -> winners.add(ConcurrentHashMap.newKeySet()));
    CyclicBarrier barrier = new CyclicBarrier(WRITERS);
    race(
        writer -> {
          LogStore logs = open();
          try {
            for (int n = 1; n <= SLOTS; n++) {
              barrier.await(60, TimeUnit.SECONDS);
              if (logs.create(WEB, slot(n), bytes("record %d by %d".formatted(n, writer)))) {
                winners.get(n).add(writer);
              }
              assertThat(logs.read(WEB, slot(n))).isPresent();
            }
          } finally {
            logs.close();
          }
        });
    LogStore logs = logs();
    for (int n = 1; n <= SLOTS; n++) {
      assertThat(winners.get(n)).as("winners of slot %d", n).hasSize(1);
      int winner = winners.get(n).iterator().next();
      assertThat(logs.read(WEB, slot(n))).hasValue(bytes("record %d by %d".formatted(n, winner)));
    }
    assertThat(logs.newest(WEB)).isEqualTo(slot(SLOTS));
  }

  @Test
  void everyEventOfManyWritersIsInTheLogOnceAndInOneOrder() throws Exception {
    Set<Slot> won = ConcurrentHashMap.newKeySet();
    race(
        writer -> {
          LogStore logs = open();
          try {
            CommitLog log = log(logs, "host" + writer);
            for (int n = 0; n < APPENDS; n++) {
              LogEvent event = intent(writer, n);
              Slot slot =
                  log.append(
                      state -> Optional.of(state.slot().equals(Slot.NONE) ? create() : event),
                      TreeState::slot);
              assertThat(won.add(slot)).as("slot %s is won once", slot).isTrue();
            }
          } finally {
            logs.close();
          }
        });
    int all = WRITERS * APPENDS;
    assertThat(won).hasSize(all);
    CommitLog reader = log(logs(), "reader");
    assertThat(reader.refreshed(TreeState::slot)).isEqualTo(slot(all));
    Set<BackupId> ids = new HashSet<>();
    reader.current(
        state -> {
          state.backups().forEach(backup -> ids.add(backup.id()));
          return ids;
        });
    assertThat(ids).hasSize(all - 1);
    reader.requireWhole();
  }

  private static CommitLog log(LogStore logs, String host) {
    Stamper stamper = new Stamper(Clock.systemUTC(), UUID::randomUUID, host);
    return new CommitLog(WEB, logs, stamper, new TreeState(), state -> {});
  }

  private static LogEvent create() {
    return new LogEvent.Create(SegmentSize.DEFAULT, Compression.DEFAULT);
  }

  private static LogEvent intent(int writer, int n) {
    return new LogEvent.Intent(
        new BackupId(UUID.randomUUID()),
        new BackupName("backup-%d-%d".formatted(writer, n)),
        Optional.empty(),
        new WriterProcess("host", "boot", 1, 1));
  }

  @FunctionalInterface
  private interface Writer {
    void run(int number) throws Exception;
  }

  private static void race(Writer writer) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
    try {
      List<Callable<Boolean>> tasks = new ArrayList<>();
      for (int n = 0; n < WRITERS; n++) {
        int number = n;
        tasks.add(
            () -> {
              writer.run(number);
              return true;
            });
      }
      for (Future<Boolean> done : threads.invokeAll(tasks)) {
        done.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }
}
