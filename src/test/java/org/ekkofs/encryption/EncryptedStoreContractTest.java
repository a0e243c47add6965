package org.ekkofs.encryption;

import java.security.SecureRandom;
import java.util.UUID;
import org.ekkofs.store.ObjectStore;
import org.ekkofs.testing.MemoryObjectStore;
import org.ekkofs.testing.ObjectStoreContract;

/** An encrypted store keeps what every store promises. */
class EncryptedStoreContractTest extends ObjectStoreContract {
  @Override
  protected ObjectStore newStore() {
    SecureRandom random = new SecureRandom();
    MasterKey master = MasterKey.random(UUID.randomUUID(), random);
    return new EncryptedObjectStore(new MemoryObjectStore(), master, random);
  }
}
