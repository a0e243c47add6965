package org.ekkofs.testing;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.ekkofs.store.Body;
import org.ekkofs.store.ForwardingObjectStore;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectStore;

/** A store that remembers what was asked of it. */
public final class CountingObjectStore extends ForwardingObjectStore {
  /** One call. */
  public record Call(String operation, String key, long bytes) {
    /** Whether it was about a chunk. */
    public boolean isOfChunk() {
      return key.contains("/chunks/");
    }
  }

  private final List<Call> calls = new CopyOnWriteArrayList<>();

  /** Wraps a store. */
  public CountingObjectStore(ObjectStore store) {
    super(store);
  }

  /** All gets, ranges and puts. */
  public List<Call> all() {
    return List.copyOf(calls);
  }

  /** The calls of this operation that were about chunks: get, range or put. */
  public List<Call> ofChunks(String operation) {
    return calls.stream()
        .filter(call -> call.operation().equals(operation) && call.isOfChunk())
        .toList();
  }

  /** Forgets all calls. */
  public void reset() {
    calls.clear();
  }

  @Override
  public Optional<byte[]> get(ObjectKey key, int maxBytes) {
    calls.add(new Call("get", key.value(), maxBytes));
    return super.get(key, maxBytes);
  }

  @Override
  public Optional<byte[]> getRange(ObjectKey key, long offset, int length) {
    calls.add(new Call("range", key.value(), length));
    return super.getRange(key, offset, length);
  }

  @Override
  public void put(ObjectKey key, Body body) {
    calls.add(new Call("put", key.value(), body.length()));
    super.put(key, body);
  }
}
