package org.ekkofs.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.StoreUnavailableException;
import org.ekkofs.testing.FaultyObjectStore;
import org.ekkofs.testing.FaultyObjectStore.Effect;
import org.ekkofs.testing.FaultyObjectStore.Operation;
import org.ekkofs.testing.MemoryObjectStore;
import org.ekkofs.testing.ObjectStoreContract;
import org.junit.jupiter.api.Test;

class RetryingObjectStoreTest extends ObjectStoreContract {
  private static final ObjectKey KEY = new ObjectKey("a/b");
  private static final byte[] BYTES = {1, 2, 3, 4};
  private static final RetryPolicy POLICY =
      new RetryPolicy(Duration.ofSeconds(60), Duration.ofMillis(100), Duration.ofSeconds(10));

  private final FaultyObjectStore faulty = new FaultyObjectStore(new MemoryObjectStore());
  private final List<Duration> pauses = new ArrayList<>();
  private final Random random = new Random(3);
  private final RetryingObjectStore store =
      new RetryingObjectStore(faulty, POLICY, new FakeTiming(), () -> random);
  private boolean interrupted;

  /** Time that passes only in pauses. */
  private final class FakeTiming implements Timing {
    private long now = Long.MAX_VALUE - 5;

    @Override
    public long nanoTime() {
      return now;
    }

    @Override
    public void pause(Duration duration) throws InterruptedException {
      if (interrupted) {
        throw new InterruptedException();
      }
      pauses.add(duration);
      now += duration.toNanos();
    }
  }

  @Override
  protected ObjectStore newStore() {
    return new RetryingObjectStore(new MemoryObjectStore(), POLICY);
  }

  @Test
  void passingFailuresOfEveryRepeatableOperationAreNotSeen() {
    for (Effect effect : List.of(Effect.FAIL_BEFORE, Effect.FAIL_AFTER)) {
      for (Operation operation : Operation.values()) {
        if (operation != Operation.CREATE && operation != Operation.LIST) {
          faulty.fail(operation, key -> true, 1, 3, effect);
        }
      }
      store.put(KEY, Body.of(BYTES));
      store.sync();
      assertThat(store.get(KEY, 10)).hasValue(BYTES);
      assertThat(store.getRange(KEY, 1, 2)).hasValue(new byte[] {2, 3});
      assertThat(store.children("")).containsExactly("a");
      store.delete(List.of(KEY));
      assertThat(store.get(KEY, 10)).isEmpty();
      faulty.assertAllFired();
      faulty.heal();
    }
  }

  @Test
  void pausesGrowAndVaryAndEndAtTheDeadline() {
    faulty.fail(Operation.GET, key -> true, 1, Integer.MAX_VALUE, Effect.FAIL_BEFORE);
    assertUnavailable(() -> store.get(KEY, 10));
    for (int n = 0; n < pauses.size(); n++) {
      long longest = Math.min(10_000, 100L << Math.min(n, 20));
      assertThat(pauses.get(n).toMillis()).isBetween(longest / 2 - 1, longest);
    }
    assertThat(pauses.stream().reduce(Duration.ZERO, Duration::plus))
        .isBetween(Duration.ofSeconds(49), Duration.ofSeconds(60));
    assertThat(pauses).doesNotHaveDuplicates();
  }

  @Test
  void creatingIsTriedOnce() {
    faulty.fail(Operation.CREATE, 1, Effect.FAIL_AFTER);
    assertUnavailable(() -> store.createIfAbsent(KEY, BYTES));
    assertThat(store.get(KEY, 10)).hasValue(BYTES);
    assertThat(pauses).isEmpty();
    faulty.assertAllFired();
  }

  @Test
  void aListingIsTriedAgainUntilItHasShownSomething() {
    store.put(KEY, Body.of(BYTES));
    List<ObjectKey> shown = new ArrayList<>();
    faulty.fail(Operation.LIST, 1, Effect.FAIL_BEFORE);
    store.list("", info -> shown.add(info.key()));
    assertThat(shown).containsExactly(KEY);

    faulty.fail(Operation.LIST, 1, Effect.FAIL_AFTER);
    assertUnavailable(() -> store.list("", info -> shown.add(info.key())));
    assertThat(shown).containsExactly(KEY, KEY);
    faulty.assertAllFired();
  }

  @Test
  void whatIsNotPassingIsNotTriedAgain() {
    store.put(KEY, Body.of(BYTES));
    assertThatThrownBy(() -> store.get(KEY, 3)).isInstanceOf(CorruptException.class);
    assertThat(pauses).isEmpty();
  }

  @Test
  void anInterruptEndsTheWaiting() {
    interrupted = true;
    faulty.fail(Operation.GET, 1, Effect.FAIL_BEFORE);
    assertThatThrownBy(() -> store.get(KEY, 10)).isInstanceOf(CancelledException.class);
    assertThat(Thread.interrupted()).isTrue();
    faulty.assertAllFired();
  }

  private static void assertUnavailable(ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(StoreUnavailableException.class);
  }
}
