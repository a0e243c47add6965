package org.ekkofs.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.RefusedException;
import org.ekkofs.model.Slot;
import org.ekkofs.model.StoreUnavailableException;
import org.ekkofs.model.TreeName;
import org.ekkofs.store.Body;
import org.ekkofs.store.ForwardingObjectStore;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectSeal;
import org.ekkofs.store.ObjectStore;
import org.ekkofs.testing.FaultyObjectStore;
import org.ekkofs.testing.FaultyObjectStore.Effect;
import org.ekkofs.testing.FaultyObjectStore.Operation;
import org.ekkofs.testing.MemoryLogTable;
import org.ekkofs.testing.MemoryObjectStore;
import org.ekkofs.testing.UnconditionalObjectStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DatabaseLogStoreTest {
  private static final TreeName WEB = new TreeName("web");
  private static final Slot ONE = new Slot(1);
  private static final Slot TWO = new Slot(2);
  private static final Slot THREE = new Slot(3);

  private final MemoryObjectStore memory = new MemoryObjectStore();
  private final FaultyObjectStore faulty = new FaultyObjectStore(memory);
  private final ObjectStore objects = new UnconditionalObjectStore(faulty);
  private final MemoryLogTable table = new MemoryLogTable();
  private final DatabaseLogStore logs = new DatabaseLogStore(table, objects, ObjectSeal.NONE);
  private final ExecutorService readers = Executors.newFixedThreadPool(2);

  @AfterEach
  void stopReaders() {
    readers.shutdownNow();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private Optional<byte[]> copy(Slot slot) {
    return memory.get(LogCopies.key(WEB, slot), 1000);
  }

  private void failNextPut(Effect effect) {
    faulty.fail(Operation.PUT, 1, effect);
  }

  private static ObjectStore readOnly(ObjectStore store) {
    return new ForwardingObjectStore(store) {
      @Override
      public void put(ObjectKey key, Body body) {
        throw new RefusedException("read-only");
      }

      @Override
      public boolean createIfAbsent(ObjectKey key, byte[] bytes) {
        throw new RefusedException("read-only");
      }

      @Override
      public void delete(Collection<ObjectKey> keys) {
        throw new RefusedException("read-only");
      }
    };
  }

  private DatabaseLogStore reader() {
    return new DatabaseLogStore(table.another(), readOnly(objects), ObjectSeal.NONE);
  }

  private LogRebuild rebuild(LogTable into) {
    return new LogRebuild(into, objects, readers, ObjectSeal.NONE);
  }

  @Test
  void whatWasCreatedHasItsCopyInTheStore() {
    assertThat(logs.create(WEB, ONE, bytes("one"))).isTrue();
    assertThat(copy(ONE)).hasValue(bytes("one"));
    assertThat(table.isCopied(WEB, ONE)).isTrue();
  }

  @Test
  void aRecordWithoutItsCopyWasNotWrittenAsFarAsAnybodyIsTold() {
    failNextPut(Effect.FAIL_BEFORE);
    assertThatThrownBy(() -> logs.create(WEB, ONE, bytes("one")))
        .isInstanceOf(StoreUnavailableException.class);
    assertThat(copy(ONE)).isEmpty();
    faulty.assertAllFired();
  }

  @Test
  void whoReadsARecordStoresItsCopyFirst() {
    failNextPut(Effect.FAIL_BEFORE);
    assertThatThrownBy(() -> logs.create(WEB, ONE, bytes("one")))
        .isInstanceOf(StoreUnavailableException.class);
    assertThat(logs.read(WEB, ONE)).hasValue(bytes("one"));
    assertThat(copy(ONE)).hasValue(bytes("one"));
    assertThat(table.isCopied(WEB, ONE)).isTrue();
  }

  @Test
  void whoCannotStoreTheCopyDoesNotGetTheRecord() {
    failNextPut(Effect.FAIL_BEFORE);
    assertThatThrownBy(() -> logs.create(WEB, ONE, bytes("one")))
        .isInstanceOf(StoreUnavailableException.class);
    failNextPut(Effect.FAIL_BEFORE);
    assertThatThrownBy(() -> logs.read(WEB, ONE)).isInstanceOf(StoreUnavailableException.class);
    faulty.assertAllFired();
  }

  @Test
  void whoMayOnlyReadSeesARecordOnceItsCopyIsThere() {
    logs.create(WEB, ONE, bytes("one"));
    failNextPut(Effect.FAIL_BEFORE);
    assertThatThrownBy(() -> logs.create(WEB, TWO, bytes("two")))
        .isInstanceOf(StoreUnavailableException.class);
    assertThat(reader().read(WEB, TWO)).isEmpty();
    assertThat(reader().newest(WEB)).isEqualTo(ONE);
    objects.put(LogCopies.key(WEB, TWO), Body.of(bytes("two")));
    assertThat(reader().read(WEB, TWO)).hasValue(bytes("two"));
    assertThat(reader().newest(WEB)).isEqualTo(TWO);
  }

  @Test
  void whoMayReadTheTableOnlyStillStoresCopies() {
    failNextPut(Effect.FAIL_BEFORE);
    assertThatThrownBy(() -> logs.create(WEB, ONE, bytes("one")))
        .isInstanceOf(StoreUnavailableException.class);
    MemoryLogTable other = table.another();
    other.makeReadOnly();
    assertThat(new DatabaseLogStore(other, objects, ObjectSeal.NONE).read(WEB, ONE))
        .hasValue(bytes("one"));
    assertThat(copy(ONE)).hasValue(bytes("one"));
  }

  @Test
  void nothingFollowsARecordWhoseCopyIsMissing() {
    failNextPut(Effect.FAIL_BEFORE);
    assertThatThrownBy(() -> logs.create(WEB, ONE, bytes("one")))
        .isInstanceOf(StoreUnavailableException.class);
    failNextPut(Effect.FAIL_BEFORE);
    assertThatThrownBy(() -> logs.create(WEB, TWO, bytes("two")))
        .isInstanceOf(StoreUnavailableException.class);
    assertThat(table.newest(WEB)).isEqualTo(ONE);
    assertThat(logs.create(WEB, TWO, bytes("two"))).isTrue();
    assertThat(copy(ONE)).hasValue(bytes("one"));
    faulty.assertAllFired();
  }

  @Test
  void aLostAnswerOfTheDatabaseDoesNotDoubleARecord() {
    CommitLog log = new CommitLog(WEB, logs, Records.stamper("a"), new TreeState(), state -> {});
    table.loseNextAnswer();
    assertThat(log.append(state -> Optional.of(Records.create()), TreeState::slot)).isEqualTo(ONE);
    assertThat(table.newest(WEB)).isEqualTo(ONE);
    assertThat(table.isCopied(WEB, ONE)).isTrue();
  }

  @Test
  void aCopyThatCouldNotBeStoredAtFirstIsStoredByTheNextTry() {
    CommitLog log = new CommitLog(WEB, logs, Records.stamper("a"), new TreeState(), state -> {});
    failNextPut(Effect.FAIL_BEFORE);
    assertThat(log.append(state -> Optional.of(Records.create()), TreeState::slot)).isEqualTo(ONE);
    assertThat(copy(ONE)).isPresent();
    faulty.assertAllFired();
  }

  @Test
  void nothingIsWrittenBeforeWhatItRefersToIsDurable() {
    faulty.fail(Operation.SYNC, 1, Effect.FAIL_BEFORE);
    assertThatThrownBy(() -> logs.create(WEB, ONE, bytes("one")))
        .isInstanceOf(StoreUnavailableException.class);
    assertThat(table.newest(WEB)).isEqualTo(Slot.NONE);
    faulty.assertAllFired();
  }

  @Test
  void aDatabaseThatHasLostRecordsIsNeitherReadNorWritten() {
    logs.create(WEB, ONE, bytes("one"));
    MemoryLogTable older = table.backup();
    logs.create(WEB, TWO, bytes("two"));
    DatabaseLogStore restored = new DatabaseLogStore(older, objects, ObjectSeal.NONE);
    assertThat(restored.read(WEB, ONE)).isPresent();
    assertLost(() -> restored.read(WEB, TWO));
    assertLost(() -> restored.newest(WEB));
    assertLost(() -> restored.create(WEB, TWO, bytes("another")));
    assertLost(() -> restored.create(WEB, THREE, bytes("three")));
    assertThat(older.newest(WEB)).isEqualTo(ONE);
    assertThat(copy(TWO)).hasValue(bytes("two"));
  }

  private static void assertLost(ThrowingCallable read) {
    assertThatThrownBy(read)
        .isInstanceOf(CorruptException.class)
        .hasMessageContaining("ekkofs log rebuild");
  }

  @Test
  void anEmptiedDatabaseDoesNotLookLikeAnEmptyRepository() {
    logs.create(WEB, ONE, bytes("one"));
    table.clear();
    assertThat(logs.trees()).containsExactly(WEB);
    assertLost(() -> logs.read(WEB, ONE));
  }

  /** As a store that answers the first conditional put by 501. */
  private static final class FindsOutLate extends ForwardingObjectStore {
    private boolean asked;

    FindsOutLate(ObjectStore store) {
      super(store);
    }

    @Override
    public boolean createIfAbsent(ObjectKey key, byte[] bytes) {
      asked = true;
      throw new RefusedException("it does not know how");
    }

    @Override
    public boolean createsOnlyIfAbsent() {
      return !asked;
    }
  }

  @Test
  void aStoreThatFindsOutAtTheFirstCopyThatItCannotCreateGetsItAllTheSame() {
    ObjectStore late = new FindsOutLate(memory);
    DatabaseLogStore there = new DatabaseLogStore(table, late, ObjectSeal.NONE);
    assertThat(there.create(WEB, ONE, bytes("one"))).isTrue();
    assertThat(copy(ONE)).hasValue(bytes("one"));
    assertThat(table.read(WEB, List.of(ONE)).get(ONE).copied()).isTrue();
  }

  @Test
  void aReaderOfSuchAStoreMakesTheCopyThatIsMissing() {
    failNextPut(Effect.FAIL_BEFORE);
    assertThatThrownBy(() -> logs.create(WEB, ONE, bytes("one")))
        .isInstanceOf(StoreUnavailableException.class);
    ObjectStore late = new FindsOutLate(memory);
    DatabaseLogStore there = new DatabaseLogStore(table, late, ObjectSeal.NONE);
    assertThat(there.read(WEB, ONE)).hasValue(bytes("one"));
    assertThat(copy(ONE)).hasValue(bytes("one"));
  }

  @Test
  void aCopyIsNeverReplacedByAnotherRecord() {
    failNextPut(Effect.FAIL_BEFORE);
    assertThatThrownBy(() -> logs.create(WEB, ONE, bytes("one")))
        .isInstanceOf(StoreUnavailableException.class);
    objects.put(LogCopies.key(WEB, ONE), Body.of(bytes("another")));
    assertThatThrownBy(() -> logs.read(WEB, ONE))
        .isInstanceOf(CorruptException.class)
        .hasMessageContaining("another one");
    assertThat(copy(ONE)).hasValue(bytes("another"));
  }

  private CommitLog written(int records) {
    CommitLog log = new CommitLog(WEB, logs, Records.stamper("a"), new TreeState(), state -> {});
    log.append(state -> Optional.of(Records.create()), TreeState::slot);
    for (int n = 2; n <= records; n++) {
      int number = n;
      log.append(state -> Optional.of(Records.intent(number, "b" + number)), TreeState::slot);
    }
    return log;
  }

  @Test
  void aRebuiltDatabaseHasAllRecordsAndGoesOn() {
    CommitLog log = written(70);
    table.clear();
    assertThat(rebuild(table).run(false)).containsOnly(Map.entry(WEB, new Slot(70)));
    assertThat(log.append(state -> Optional.of(Records.hide(2)), TreeState::slot))
        .isEqualTo(new Slot(71));
    CommitLog other = new CommitLog(WEB, logs, Records.stamper("b"), new TreeState(), state -> {});
    assertThat(other.refreshed(TreeState::slot)).isEqualTo(new Slot(71));
  }

  @Test
  void aDatabaseWithRecordsIsNotRebuilt() {
    written(3);
    MemoryLogTable other = table.backup();
    assertThatThrownBy(() -> rebuild(table).run(false))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("--complete");
    assertThat(rebuild(other).run(true)).containsOnly(Map.entry(WEB, new Slot(3)));
  }

  @Test
  void anOlderDatabaseIsCompleted() {
    CommitLog log = written(2);
    MemoryLogTable older = table.backup();
    log.append(state -> Optional.of(Records.intent(9, "late")), TreeState::slot);
    rebuild(older).run(true);
    assertThat(older.newest(WEB)).isEqualTo(THREE);
  }

  @Test
  void aDatabaseThatHasOtherRecordsIsNotCompleted() {
    written(2);
    MemoryLogTable foreign = new MemoryLogTable();
    foreign.insert(WEB, ONE, bytes("foreign"));
    assertThatThrownBy(() -> rebuild(foreign).run(true)).isInstanceOf(CorruptException.class);
    assertThat(foreign.newest(WEB)).isEqualTo(ONE);
  }

  @Test
  void nothingIsRebuiltFromCopiesWithAGapOrOutOfOrder() {
    written(5);
    memory.delete(List.of(LogCopies.key(WEB, THREE)));
    MemoryLogTable empty = new MemoryLogTable();
    assertThatThrownBy(() -> rebuild(empty).run(false))
        .isInstanceOf(CorruptException.class)
        .hasMessageContaining("lacks record 3");
    assertThat(empty.trees()).isEmpty();
    byte[] two = copy(TWO).orElseThrow();
    memory.put(LogCopies.key(WEB, THREE), Body.of(two));
    assertThatThrownBy(() -> rebuild(empty).run(false))
        .isInstanceOf(CorruptException.class)
        .hasMessageContaining("does not follow");
    memory.put(LogCopies.key(WEB, THREE), Body.of(bytes("no record")));
    assertThatThrownBy(() -> rebuild(empty).run(false)).isInstanceOf(CorruptException.class);
    assertThat(empty.trees()).isEmpty();
  }

  @Test
  void theDatabaseGetsSealedRecordsAndTheStoreItsOwn() {
    ObjectSeal reversing = new ReversingSeal();
    DatabaseLogStore secret = new DatabaseLogStore(table, objects, reversing);
    assertThat(secret.create(WEB, ONE, bytes("one"))).isTrue();
    assertThat(table.read(WEB, List.of(ONE)).get(ONE).record()).isEqualTo(bytes("eno"));
    assertThat(secret.read(WEB, ONE)).hasValue(bytes("one"));
    assertThat(copy(ONE)).hasValue(bytes("one"));
  }

  /** Not secret at all, but another thing. */
  private static final class ReversingSeal implements ObjectSeal {
    @Override
    public byte[] seal(ObjectKey key, byte[] content) {
      return bytes(
          new StringBuilder(new String(content, StandardCharsets.UTF_8)).reverse().toString());
    }

    @Override
    public byte[] open(ObjectKey key, byte[] content) {
      return seal(key, content);
    }
  }
}
