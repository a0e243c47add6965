package org.ekkofs.testing;

import org.ekkofs.store.Body;
import org.ekkofs.store.ForwardingObjectStore;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectStore;

/** A store whose create-if-absent is a look before a put, as Swift's is. */
public final class UnconditionalObjectStore extends ForwardingObjectStore {
  /** Takes the promise from a store. */
  public UnconditionalObjectStore(ObjectStore store) {
    super(store);
  }

  @Override
  public boolean createIfAbsent(ObjectKey key, byte[] bytes) {
    if (get(key, Integer.MAX_VALUE).isPresent()) {
      return false;
    }
    Thread.yield();
    put(key, Body.of(bytes));
    return true;
  }

  @Override
  public boolean createsOnlyIfAbsent() {
    return false;
  }
}
