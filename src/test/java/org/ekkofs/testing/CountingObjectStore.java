package org.ekkofs.testing;

import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.ekkofs.store.Body;
import org.ekkofs.store.ForwardingObjectStore;
import org.ekkofs.store.ObjectInfo;
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

  private static final Set<String> LISTINGS = Set.of("list", "children");

  private final Queue<Call> calls = new ConcurrentLinkedQueue<>();

  /** Wraps a store. */
  public CountingObjectStore(ObjectStore store) {
    super(store);
  }

  /** All gets, ranges and puts. */
  public List<Call> all() {
    return calls.stream().filter(call -> !LISTINGS.contains(call.operation())).toList();
  }

  /** The calls of this operation that were about chunks: get, range or put. */
  public List<Call> ofChunks(String operation) {
    return calls.stream()
        .filter(call -> call.operation().equals(operation) && call.isOfChunk())
        .toList();
  }

  /** How often this operation was called: get, range, put, adopt, list or children. */
  public long count(String operation) {
    return calls.stream().filter(call -> call.operation().equals(operation)).count();
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

  @Override
  public void adopt(ObjectKey key) {
    calls.add(new Call("adopt", key.value(), 0));
    super.adopt(key);
  }

  @Override
  public void list(String prefix, Consumer<ObjectInfo> consumer) {
    calls.add(new Call("list", prefix, 0));
    super.list(prefix, consumer);
  }

  @Override
  public Iterable<String> children(String prefix) {
    calls.add(new Call("children", prefix, 0));
    return super.children(prefix);
  }
}
