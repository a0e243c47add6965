package org.ekkofs.store;

import java.util.Collection;
import java.util.Optional;
import java.util.function.Consumer;

/** A store that passes everything on to another: what wrappers begin with. */
public abstract class ForwardingObjectStore implements ObjectStore {
  private final ObjectStore store;

  /** Passes everything on to this store, {@link #close} too. */
  protected ForwardingObjectStore(ObjectStore store) {
    this.store = store;
  }

  /** The store everything is passed on to. */
  protected final ObjectStore store() {
    return store;
  }

  @Override
  public Optional<byte[]> get(ObjectKey key, int maxBytes) {
    return store.get(key, maxBytes);
  }

  @Override
  public Optional<byte[]> getRange(ObjectKey key, long offset, int length) {
    return store.getRange(key, offset, length);
  }

  @Override
  public void put(ObjectKey key, Body body) {
    store.put(key, body);
  }

  @Override
  public boolean createIfAbsent(ObjectKey key, byte[] bytes) {
    return store.createIfAbsent(key, bytes);
  }

  @Override
  public boolean createsOnlyIfAbsent() {
    return store.createsOnlyIfAbsent();
  }

  @Override
  public void adopt(ObjectKey key) {
    store.adopt(key);
  }

  @Override
  public void sync() {
    store.sync();
  }

  @Override
  public void delete(Collection<ObjectKey> keys) {
    store.delete(keys);
  }

  @Override
  public void list(String prefix, Consumer<ObjectInfo> consumer) {
    store.list(prefix, consumer);
  }

  @Override
  public Iterable<String> children(String prefix) {
    return store.children(prefix);
  }

  @Override
  public int parallelism() {
    return store.parallelism();
  }

  @Override
  public String description() {
    return store.description();
  }

  @Override
  public void close() {
    store.close();
  }
}
