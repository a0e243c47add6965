package org.ekkofs.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import org.ekkofs.model.CorruptException;
import org.ekkofs.store.Body;
import org.ekkofs.store.ObjectInfo;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectStore;

/** A store in memory. Several may share one content, as hosts share a bucket. */
public final class MemoryObjectStore implements ObjectStore {
  private record Stored(byte[] bytes, Instant modified) {}

  private final ConcurrentSkipListMap<ObjectKey, Stored> objects;
  private final Clock clock;

  /** An empty store. */
  public MemoryObjectStore() {
    this(Clock.systemUTC());
  }

  /** An empty store whose listings tell the times of this clock. */
  public MemoryObjectStore(Clock clock) {
    this(new ConcurrentSkipListMap<>(), clock);
  }

  private MemoryObjectStore(ConcurrentSkipListMap<ObjectKey, Stored> objects, Clock clock) {
    this.objects = objects;
    this.clock = clock;
  }

  /** Another store with the same content, now and later. */
  public MemoryObjectStore another() {
    return new MemoryObjectStore(objects, clock);
  }

  @Override
  public Optional<byte[]> get(ObjectKey key, int maxBytes) {
    Stored found = objects.get(key);
    if (found != null && found.bytes.length > maxBytes) {
      throw new CorruptException(key + " has " + found.bytes.length + " bytes");
    }
    return Optional.ofNullable(found).map(stored -> stored.bytes.clone());
  }

  @Override
  public Optional<byte[]> getRange(ObjectKey key, long offset, int length) {
    if (offset < 0 || length < 0) {
      throw new IllegalArgumentException("%d bytes at %d".formatted(length, offset));
    }
    return Optional.ofNullable(objects.get(key))
        .map(
            stored -> {
              int from = (int) Math.min(offset, stored.bytes.length);
              int to = (int) Math.min((long) from + length, stored.bytes.length);
              return Arrays.copyOfRange(stored.bytes, from, to);
            });
  }

  @Override
  public void put(ObjectKey key, Body body) {
    try (InputStream in = body.open()) {
      byte[] bytes = in.readAllBytes();
      if (bytes.length != body.length()) {
        throw new IllegalArgumentException(
            "a body of %d bytes gave %d".formatted(body.length(), bytes.length));
      }
      objects.put(key, new Stored(bytes, clock.instant()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public boolean createIfAbsent(ObjectKey key, byte[] bytes) {
    return objects.putIfAbsent(key, new Stored(bytes.clone(), clock.instant())) == null;
  }

  @Override
  public void sync() {
    // What is in memory is as durable as it will ever be.
  }

  @Override
  public void delete(Collection<ObjectKey> keys) {
    keys.forEach(objects::remove);
  }

  @Override
  public void list(String prefix, Consumer<ObjectInfo> consumer) {
    checkPrefix(prefix);
    objects.forEach(
        (key, stored) -> {
          if (key.value().startsWith(prefix)) {
            consumer.accept(new ObjectInfo(key, stored.bytes.length, stored.modified));
          }
        });
  }

  @Override
  public Iterable<String> children(String prefix) {
    checkPrefix(prefix);
    TreeSet<String> names = new TreeSet<>();
    for (ObjectKey key : objects.keySet()) {
      int end = key.value().indexOf('/', prefix.length());
      if (key.value().startsWith(prefix) && end >= 0) {
        names.add(key.value().substring(prefix.length(), end));
      }
    }
    return names;
  }

  private static void checkPrefix(String prefix) {
    if (!prefix.isEmpty() && !prefix.endsWith("/")) {
      throw new IllegalArgumentException("a prefix that does not end in a slash: " + prefix);
    }
  }

  @Override
  public String description() {
    return "memory";
  }

  @Override
  public void close() {
    // The content stays for the others.
  }
}
