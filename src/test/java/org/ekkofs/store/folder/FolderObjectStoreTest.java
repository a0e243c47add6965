package org.ekkofs.store.folder;

import org.ekkofs.store.ObjectStore;
import org.ekkofs.testing.ObjectStoreContract;

class FolderObjectStoreTest extends ObjectStoreContract {
  @Override
  protected ObjectStore newStore() {
    return FolderObjectStore.create(scratch.resolve("new/repository"));
  }
}
