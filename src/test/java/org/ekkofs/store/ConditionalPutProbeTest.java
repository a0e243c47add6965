package org.ekkofs.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.ekkofs.model.RefusedException;
import org.ekkofs.model.StoreUnavailableException;
import org.ekkofs.testing.FaultyObjectStore;
import org.ekkofs.testing.FaultyObjectStore.Effect;
import org.ekkofs.testing.FaultyObjectStore.Operation;
import org.ekkofs.testing.MemoryObjectStore;
import org.junit.jupiter.api.Test;

/** Stores that only claim to create if absent; honest ones pass in the contract suite. */
class ConditionalPutProbeTest {
  private final MemoryObjectStore memory = new MemoryObjectStore();

  @Test
  void aStoreThatLetsSeveralWinIsRefused() {
    ObjectStore careless =
        new ForwardingObjectStore(memory) {
          @Override
          public boolean createIfAbsent(ObjectKey key, byte[] bytes) {
            store().put(key, Body.of(bytes));
            return true;
          }
        };
    assertRefused(careless);
  }

  @Test
  void aStoreThatLetsNobodyWinIsRefused() {
    ObjectStore closed =
        new ForwardingObjectStore(memory) {
          @Override
          public boolean createIfAbsent(ObjectKey key, byte[] bytes) {
            return false;
          }
        };
    assertRefused(closed);
  }

  @Test
  void aStoreThatKeepsALosersObjectIsRefused() {
    ObjectStore lastOneStays =
        new ForwardingObjectStore(memory) {
          @Override
          public boolean createIfAbsent(ObjectKey key, byte[] bytes) {
            boolean first = store().createIfAbsent(key, bytes);
            store().put(key, Body.of(bytes));
            return first;
          }
        };
    assertRefused(lastOneStays);
  }

  private void assertRefused(ObjectStore store) {
    assertThatThrownBy(() -> ConditionalPutProbe.prove(store))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("memory");
    assertThat(memory.children("")).isEmpty();
  }

  @Test
  void aStoreThatCannotBeAskedIsNotJudged() {
    FaultyObjectStore faulty = new FaultyObjectStore(memory);
    faulty.fail(Operation.CREATE, 100, Effect.FAIL_AFTER);
    assertThatThrownBy(() -> ConditionalPutProbe.prove(faulty))
        .isInstanceOf(StoreUnavailableException.class);
    faulty.assertAllFired();
    assertThat(memory.children("")).isEmpty();
  }
}
