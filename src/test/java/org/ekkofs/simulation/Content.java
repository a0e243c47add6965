package org.ekkofs.simulation;

import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.ekkofs.store.Body;
import org.ekkofs.store.ObjectInfo;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.testing.MemoryObjectStore;

/**
 * The objects of a simulated store, and how they changed lately. Its owner is whoever's turn it is.
 */
final class Content {
  private static final int REMEMBERED = 40;
  private static final int ANY_LENGTH = Integer.MAX_VALUE;

  private record Change(ObjectKey key, Optional<byte[]> before) {}

  private final Clock clock;
  private final MemoryObjectStore objects;
  private final Deque<Change> changes = new ArrayDeque<>();

  /** Nothing yet. */
  Content(Clock clock) {
    this.clock = clock;
    this.objects = new MemoryObjectStore(clock);
  }

  /** The store they lie in. */
  MemoryObjectStore store() {
    return objects;
  }

  Optional<byte[]> get(ObjectKey key) {
    return objects.get(key, ANY_LENGTH);
  }

  Optional<byte[]> put(ObjectKey key, byte[] bytes) {
    Optional<byte[]> before = get(key);
    objects.put(key, Body.of(bytes));
    remember(key, before);
    return before;
  }

  boolean create(ObjectKey key, byte[] bytes) {
    boolean created = objects.createIfAbsent(key, bytes);
    if (created) {
      remember(key, Optional.empty());
    }
    return created;
  }

  void delete(ObjectKey key) {
    remember(key, get(key));
    objects.delete(List.of(key));
  }

  private void remember(ObjectKey key, Optional<byte[]> before) {
    changes.addFirst(new Change(key, before));
    if (changes.size() > REMEMBERED) {
      changes.removeLast();
    }
  }

  /** Every object whose key begins with the prefix. */
  Collection<ObjectInfo> list(String prefix) {
    List<ObjectInfo> found = new ArrayList<>();
    objects.list(prefix, found::add);
    return found;
  }

  /** The same as it may have been some time ago, at another time for each object. */
  Collection<ObjectInfo> listStale(String prefix, Choices choices) {
    Map<ObjectKey, ObjectInfo> found = new TreeMap<>();
    list(prefix).forEach(object -> found.put(object.key(), object));
    int undone = choices.below(changes.size() + 1);
    changes.stream()
        .limit(undone)
        .filter(change -> change.key().value().startsWith(prefix))
        .filter(change -> choices.percent(70))
        .forEach(change -> undo(change, found));
    return found.values();
  }

  private void undo(Change change, Map<ObjectKey, ObjectInfo> found) {
    Consumer<byte[]> was =
        bytes ->
            found.put(change.key(), new ObjectInfo(change.key(), bytes.length, clock.instant()));
    change.before().ifPresentOrElse(was, () -> found.remove(change.key()));
  }
}
