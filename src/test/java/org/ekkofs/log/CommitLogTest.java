package org.ekkofs.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.ekkofs.log.Records.create;
import static org.ekkofs.log.Records.hide;
import static org.ekkofs.log.Records.id;
import static org.ekkofs.log.Records.intent;
import static org.ekkofs.log.Records.record;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.ekkofs.format.RecordCodec;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.LogEvent;
import org.ekkofs.model.LogRecord;
import org.ekkofs.model.RefusedException;
import org.ekkofs.model.Slot;
import org.ekkofs.model.StoreUnavailableException;
import org.ekkofs.model.TreeName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommitLogTest {
  private static final TreeName WEB = new TreeName("web");

  private final MemoryLogStore store = new MemoryLogStore();
  private final List<Slot> advances = new ArrayList<>();

  private CommitLog log(String host) {
    return new CommitLog(
        WEB, store, Records.stamper(host), new TreeState(), state -> advances.add(state.slot()));
  }

  private CommitLog created() {
    CommitLog log = log("a");
    append(log, create());
    return log;
  }

  private static Slot append(CommitLog log, LogEvent event) {
    return log.append(state -> Optional.of(event), TreeState::slot);
  }

  private static Optional<TrackedBackup> seen(CommitLog log) {
    return log.current(state -> state.backup(id(1)));
  }

  private static Optional<TrackedBackup> seenNow(CommitLog log) {
    return log.refreshed(state -> state.backup(id(1)));
  }

  private static List<TrackedBackup> all(CommitLog log) {
    return log.refreshed(state -> List.copyOf(state.backups()));
  }

  private List<LogEvent> events() {
    return store.records().stream().map(RecordCodec::decode).map(LogRecord::event).toList();
  }

  @Test
  void appendsInTheNextSlotAndAppliesWhatItWrote() {
    CommitLog log = created();
    assertThat(append(log, intent(1, "a"))).isEqualTo(new Slot(2));
    assertThat(seen(log)).isPresent();
    assertThat(events()).containsExactly(create(), intent(1, "a"));
    assertThat(advances).containsExactly(new Slot(1), new Slot(2));
    assertThat(log.tree()).isEqualTo(WEB);
  }

  @Test
  void refreshedSeesWhatOthersWroteAndCurrentDoesNot() {
    CommitLog mine = created();
    CommitLog other = log("b");
    append(other, intent(1, "a"));
    assertThat(mine.current(TreeState::slot)).isEqualTo(new Slot(1));
    assertThat(mine.refreshed(TreeState::slot)).isEqualTo(new Slot(2));
    assertThat(mine.current(TreeState::slot)).isEqualTo(new Slot(2));
  }

  @Test
  void onlyMovingOnIsToldOf() {
    CommitLog log = created();
    advances.clear();
    log.refreshed(TreeState::slot);
    assertThat(advances).isEmpty();
  }

  @Test
  void aDecisionOfNothingAppendsNothing() {
    CommitLog log = created();
    Slot slot = log.append(state -> Optional.empty(), TreeState::slot);
    assertThat(slot).isEqualTo(new Slot(1));
    assertThat(store.tries()).hasSize(1);
  }

  @Test
  void aDecisionThatRefusesAppendsNothing() {
    CommitLog log = created();
    assertThatThrownBy(
            () ->
                log.append(
                    state -> {
                      throw new RefusedException("no");
                    },
                    TreeState::slot))
        .isInstanceOf(RefusedException.class);
    assertThat(store.tries()).hasSize(1);
  }

  @Test
  void aLostSlotIsDecidedAgainFromTheNewerState() {
    CommitLog mine = created();
    CommitLog other = log("b");
    List<Slot> seen = new ArrayList<>();
    store.beforeNextCreate(() -> append(other, intent(2, "b")));
    Slot slot =
        mine.append(
            state -> {
              seen.add(state.slot());
              return Optional.of(intent(1, "a"));
            },
            TreeState::slot);
    assertThat(seen).containsExactly(new Slot(1), new Slot(2));
    assertThat(slot).isEqualTo(new Slot(3));
    assertThat(events()).containsExactly(create(), intent(2, "b"), intent(1, "a"));
  }

  @Test
  void aLostSlotMayLeaveNothingToDo() {
    CommitLog first = log("a");
    CommitLog second = log("b");
    store.beforeNextCreate(() -> append(second, create()));
    Decision createOnce =
        state -> state.settings().isPresent() ? Optional.empty() : Optional.of(create());
    assertThat(first.append(createOnce, TreeState::slot)).isEqualTo(new Slot(1));
    assertThat(events()).containsExactly(create());
  }

  @Test
  void aLostAnswerIsFoundOutByTheOwnNonce() {
    CommitLog log = created();
    store.answer(MemoryLogStore.Answer.APPLIED_BUT_LOST);
    assertThat(append(log, intent(1, "a"))).isEqualTo(new Slot(2));
    assertThat(events()).containsExactly(create(), intent(1, "a"));
    assertThat(advances).containsExactly(new Slot(1), new Slot(2));
  }

  @ParameterizedTest
  @EnumSource(
      value = MemoryLogStore.Answer.class,
      names = {"INTERRUPTED_BEFORE", "INTERRUPTED_AFTER"})
  void anInterruptWhileARecordIsWrittenDoesNotHideWhatBecameOfIt(MemoryLogStore.Answer answer) {
    CommitLog log = created();
    store.answer(answer);
    assertThat(append(log, intent(1, "a"))).isEqualTo(new Slot(2));
    assertThat(Thread.interrupted()).isTrue();
    assertThat(events()).containsExactly(create(), intent(1, "a"));
  }

  @Test
  void anInterruptBeforeARecordIsWrittenStopsIt() {
    CommitLog log = created();
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> append(log, intent(1, "a"))).isInstanceOf(CancelledException.class);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(events()).containsExactly(create());
  }

  @Test
  void nothingIsAppendedToALogThatHasLostItsEnd() {
    CommitLog log = created();
    append(log, intent(1, "a"));
    store.remove(new Slot(2));
    assertThatThrownBy(() -> append(log, intent(2, "b")))
        .isInstanceOf(CorruptException.class)
        .hasMessageContaining("log of tree web is no longer what it was at record 2");
    assertThat(events()).containsExactly(create());
  }

  @Test
  void nothingIsAppendedToALogOfAnotherHistory() {
    CommitLog log = created();
    append(log, intent(1, "a"));
    store.put(new Slot(2), after(new Slot(1), intent(3, "c")));
    assertThatThrownBy(() -> append(log, intent(2, "b"))).isInstanceOf(CorruptException.class);
    assertThat(events()).containsExactly(create(), intent(3, "c"));
  }

  @Test
  void aFailedCreateIsTriedAgainInTheSameSlotWithTheSameNonce() {
    CommitLog log = created();
    store.answer(MemoryLogStore.Answer.NOT_APPLIED, MemoryLogStore.Answer.NOT_APPLIED);
    assertThat(append(log, intent(1, "a"))).isEqualTo(new Slot(2));
    List<MemoryLogStore.Try> tries = store.tries().subList(1, 4);
    assertThat(tries).extracting(MemoryLogStore.Try::slot).containsOnly(new Slot(2));
    assertThat(tries).extracting(MemoryLogStore.Try::record).containsOnly(tries.get(0).record());
    assertThat(events()).containsExactly(create(), intent(1, "a"));
  }

  @Test
  void anotherWhoTakesTheSlotBetweenTwoTriesIsBelieved() {
    CommitLog mine = created();
    CommitLog other = log("b");
    store.answer(MemoryLogStore.Answer.NOT_APPLIED);
    List<Slot> seen = new ArrayList<>();
    Slot slot =
        mine.append(
            state -> {
              if (seen.isEmpty()) {
                store.put(new Slot(2), after(new Slot(1), intent(2, "b")));
              }
              seen.add(state.slot());
              return Optional.of(intent(1, "a"));
            },
            TreeState::slot);
    assertThat(slot).isEqualTo(new Slot(3));
    assertThat(seen).containsExactly(new Slot(1), new Slot(2));
    assertThat(other.refreshed(TreeState::slot)).isEqualTo(new Slot(3));
  }

  @Test
  void aSlotThatIsTakenButCannotBeReadIsAskedForAgain() {
    CommitLog log = created();
    store.answer(MemoryLogStore.Answer.TAKEN_BUT_UNREADABLE);
    assertThat(append(log, intent(1, "a"))).isEqualTo(new Slot(2));
    assertThat(events()).hasSize(2);
  }

  @Test
  void anOutcomeThatStaysUnknownIsReportedAsSuch() {
    CommitLog log = created();
    MemoryLogStore.Answer[] failures = new MemoryLogStore.Answer[5];
    Arrays.fill(failures, MemoryLogStore.Answer.NOT_APPLIED);
    store.answer(failures);
    assertThatThrownBy(() -> append(log, intent(1, "a")))
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessageStartingWith(
            "it is unknown whether record 2 of the log of tree web was written: ")
        .hasCauseInstanceOf(StoreUnavailableException.class);
    assertThat(seenNow(log)).isEmpty();
    assertThat(append(log, intent(1, "a"))).isEqualTo(new Slot(2));
  }

  @Test
  void anUnknownOutcomeThatWasASuccessIsSeenAtTheNextLook() {
    CommitLog log = created();
    store.answer(
        MemoryLogStore.Answer.APPLIED_BUT_LOST,
        MemoryLogStore.Answer.NOT_APPLIED,
        MemoryLogStore.Answer.NOT_APPLIED,
        MemoryLogStore.Answer.NOT_APPLIED,
        MemoryLogStore.Answer.NOT_APPLIED);
    assertThatThrownBy(() -> append(log, intent(1, "a")))
        .isInstanceOf(StoreUnavailableException.class);
    assertThat(log.current(TreeState::slot)).isEqualTo(new Slot(1));
    assertThat(seenNow(log)).isPresent();
  }

  @Test
  void aCorruptRecordIsNamedBySlotAndTree() {
    CommitLog log = created();
    store.put(new Slot(2), "{}".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> log.refreshed(TreeState::slot))
        .isInstanceOf(CorruptException.class)
        .hasMessageStartingWith("record 2 of the log of tree web: ");
  }

  @Test
  void aLogThatBeginsWronglyIsNamedBySlotAndTree() {
    store.put(new Slot(1), RecordCodec.encode(record(1, intent(1, "a"))));
    assertThatThrownBy(() -> log("a").refreshed(TreeState::slot))
        .isInstanceOf(CorruptException.class)
        .hasMessageStartingWith("record 1 of the log of tree web: ");
  }

  @Test
  void recordsReadBeforeACorruptOneCount() {
    CommitLog writer = created();
    append(writer, intent(1, "a"));
    store.put(new Slot(3), new byte[0]);
    CommitLog reader = log("b");
    assertThatThrownBy(() -> reader.refreshed(TreeState::slot))
        .isInstanceOf(CorruptException.class);
    assertThat(reader.current(TreeState::slot)).isEqualTo(new Slot(2));
  }

  @Test
  void manyWritersAgreeOnOneOrderWithEveryRecordOnce() throws Exception {
    created();
    int writers = 4;
    int each = 50;
    List<CommitLog> logs = IntStream.range(0, writers).mapToObj(n -> logOf("h" + n)).toList();
    CyclicBarrier start = new CyclicBarrier(writers);
    ExecutorService threads = Executors.newFixedThreadPool(writers);
    try {
      List<Callable<List<Slot>>> work = new ArrayList<>();
      for (int writer = 0; writer < writers; writer++) {
        int first = 1 + writer * each;
        CommitLog log = logs.get(writer);
        work.add(
            () -> {
              start.await();
              return IntStream.range(first, first + each)
                  .mapToObj(n -> append(log, intent(n, "n" + n)))
                  .toList();
            });
      }
      List<Slot> won = new ArrayList<>();
      for (Future<List<Slot>> result : threads.invokeAll(work)) {
        won.addAll(result.get());
      }
      assertThat(won).doesNotHaveDuplicates().hasSize(writers * each);
    } finally {
      threads.shutdownNow();
    }
    assertAllSeeTheSame(logs, writers * each);
  }

  private CommitLog logOf(String host) {
    return new CommitLog(WEB, store, Records.stamper(host), new TreeState(), state -> {});
  }

  private static void assertAllSeeTheSame(List<CommitLog> logs, int records) {
    List<TrackedBackup> first = all(logs.get(0));
    assertThat(first).hasSize(records);
    assertThat(first)
        .extracting(backup -> backup.slot().value())
        .isEqualTo(LongStream.range(2, records + 2).boxed().toList());
    for (CommitLog log : logs) {
      assertThat(all(log)).isEqualTo(first);
    }
  }

  /** What another host appends after the record in a slot. */
  private byte[] after(Slot slot, LogEvent event) {
    Optional<LogRecord> last = store.read(WEB, slot).map(RecordCodec::decode);
    return RecordCodec.encode(Records.stamper("b").stamp(last, event));
  }

  @Test
  void aRecordInThePlaceOfAnotherIsNoticed() {
    CommitLog log = created();
    append(log, intent(1, "a"));
    append(log, hide(1));
    store.put(new Slot(2), store.read(WEB, new Slot(3)).orElseThrow());

    assertThatThrownBy(() -> log("b").refreshed(TreeState::slot))
        .isInstanceOf(CorruptException.class)
        .hasMessageStartingWith("record 2 of the log of tree web: it was not written after");
  }

  @Test
  void anOlderCopyOfTheLogThatWentOnIsNoticedByWhoReadTheNewer() {
    CommitLog log = created();
    append(log, intent(1, "a"));
    store.put(new Slot(2), after(new Slot(1), intent(2, "b")));
    store.put(new Slot(3), after(new Slot(2), intent(3, "c")));

    assertThatThrownBy(() -> log.refreshed(TreeState::slot)).isInstanceOf(CorruptException.class);
  }

  @Test
  void appendsNothingIntoAGap() {
    CommitLog log = created();
    store.create(WEB, new Slot(3), RecordCodec.encode(record(3, intent(1, "one"))));

    assertThatThrownBy(() -> append(log, intent(2, "two")))
        .isInstanceOf(CorruptException.class)
        .hasMessageContaining("record 2");
    assertThat(store.read(WEB, new Slot(2))).isEmpty();
    assertThatThrownBy(log::requireWhole).isInstanceOf(CorruptException.class);
  }

  @Test
  void logWithoutAGapIsWhole() {
    CommitLog log = created();
    append(log("b"), intent(1, "one"));

    log.requireWhole();

    assertThat(seen(log)).isPresent();
  }

  /** A log of records that all say nothing new. */
  private CommitLog longLog(int records) {
    for (int slot = 1; slot <= records; slot++) {
      store.put(new Slot(slot), RecordCodec.encode(record(slot, create())));
    }
    CommitLog log = log("a");
    assertThat(log.refreshed(TreeState::slot)).isEqualTo(new Slot(records));
    return log;
  }

  private void putAt(long... slots) {
    for (long slot : slots) {
      store.put(new Slot(slot), RecordCodec.encode(record(slot, create())));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 1_500})
  void aGapOfFewRecordsIsSeenByLooking(int length) {
    for (int missing = 1; missing <= 7; missing++) {
      CommitLog log = longLog(length);
      int behind = length + missing + 1;
      putAt(behind);
      assertThatThrownBy(log::lookForGap)
          .isInstanceOf(CorruptException.class)
          .hasMessageContaining("record %d of the log".formatted(length + 1));
      store.remove(new Slot(behind));
    }
  }

  @Test
  void aLongGapIsSeenIfAsManyRecordsFollow() {
    CommitLog log = longLog(1_500);
    for (int missing : new int[] {8, 100, 1_000, 1_023, 1_024, 3_000}) {
      long[] behind = LongStream.rangeClosed(1, missing).map(n -> 1_500 + missing + n).toArray();
      putAt(behind);
      assertThatThrownBy(log::lookForGap)
          .as("%d missing", missing)
          .isInstanceOf(CorruptException.class);
      LongStream.of(behind).forEach(slot -> store.remove(new Slot(slot)));
    }
    log.lookForGap();
  }

  @Test
  void lookingReadsWhatOthersAppended() {
    CommitLog log = longLog(1_500);
    putAt(1_501, 1_502, 1_503);
    log.lookForGap();
    assertThat(log.current(TreeState::slot)).isEqualTo(new Slot(1_503));
  }

  @Test
  void whoWinsASlotIsToldOfItWithoutTheLock() {
    List<Slot> won = new ArrayList<>();
    CommitLog log =
        new CommitLog(
            WEB,
            store,
            Records.stamper("a"),
            new TreeState(),
            state -> {},
            (told, slot) -> {
              assertThat(Thread.holdsLock(told)).isFalse();
              assertThat(told.current(TreeState::slot)).isEqualTo(slot);
              won.add(slot);
            });
    append(log, create());
    append(log("b"), intent(1, "a"));
    log.append(state -> Optional.empty(), TreeState::slot);
    append(log, intent(2, "b"));
    assertThat(won).containsExactly(new Slot(1), new Slot(3));
  }

  @Test
  void whatWasReadBeforeTheStoreFailedIsToldOf() {
    CommitLog writer = created();
    append(writer, intent(1, "a"));
    store.put(new Slot(3), new byte[0]);
    advances.clear();
    CommitLog reader = log("b");
    assertThatThrownBy(() -> reader.refreshed(TreeState::slot))
        .isInstanceOf(CorruptException.class);
    assertThat(advances).containsExactly(new Slot(2));
  }
}
