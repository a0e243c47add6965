package org.ekkofs.store;

import org.ekkofs.testing.MemoryObjectStore;
import org.ekkofs.testing.ObjectStoreContract;

class MemoryObjectStoreTest extends ObjectStoreContract {
  @Override
  protected ObjectStore newStore() {
    return new MemoryObjectStore();
  }
}
