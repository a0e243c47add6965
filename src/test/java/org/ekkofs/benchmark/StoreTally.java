package org.ekkofs.benchmark;

import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.ekkofs.store.Body;
import org.ekkofs.store.ForwardingObjectStore;
import org.ekkofs.store.ObjectInfo;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectStore;

/** A store that counts what is asked of it. Safe for use by many threads. */
final class StoreTally extends ForwardingObjectStore {
  private final AtomicLong calls = new AtomicLong();
  private final AtomicLong read = new AtomicLong();
  private final AtomicLong readOfChunks = new AtomicLong();
  private final AtomicLong written = new AtomicLong();
  private final AtomicLong rewritten = new AtomicLong();

  StoreTally(ObjectStore store) {
    super(store);
  }

  void reset() {
    for (AtomicLong count : new AtomicLong[] {calls, read, readOfChunks, written, rewritten}) {
      count.set(0);
    }
  }

  /** Calls of any kind; deleting many objects by one call is one. */
  long calls() {
    return calls.get();
  }

  /** Bytes of objects that were read. */
  long read() {
    return read.get();
  }

  /** Those of chunks. */
  long readOfChunks() {
    return readOfChunks.get();
  }

  /** Bytes of objects that were written. */
  long written() {
    return written.get();
  }

  /** Objects that were there and were written again. */
  long rewritten() {
    return rewritten.get();
  }

  private Optional<byte[]> counted(ObjectKey key, Optional<byte[]> bytes) {
    calls.incrementAndGet();
    long count = bytes.map(found -> found.length).orElse(0);
    read.addAndGet(count);
    readOfChunks.addAndGet(key.value().contains("/chunks/") ? count : 0);
    return bytes;
  }

  @Override
  public Optional<byte[]> get(ObjectKey key, int maxBytes) {
    return counted(key, super.get(key, maxBytes));
  }

  @Override
  public Optional<byte[]> getRange(ObjectKey key, long offset, int length) {
    return counted(key, super.getRange(key, offset, length));
  }

  @Override
  public void put(ObjectKey key, Body body) {
    calls.incrementAndGet();
    rewritten.addAndGet(super.getRange(key, 0, 1).isPresent() ? 1 : 0);
    written.addAndGet(body.length());
    super.put(key, body);
  }

  @Override
  public boolean createIfAbsent(ObjectKey key, byte[] bytes) {
    calls.incrementAndGet();
    written.addAndGet(bytes.length);
    return super.createIfAbsent(key, bytes);
  }

  @Override
  public void delete(Collection<ObjectKey> keys) {
    calls.incrementAndGet();
    super.delete(keys);
  }

  @Override
  public void list(String prefix, Consumer<ObjectInfo> consumer) {
    calls.incrementAndGet();
    super.list(prefix, consumer);
  }

  @Override
  public Iterable<String> children(String prefix) {
    calls.incrementAndGet();
    return super.children(prefix);
  }
}
