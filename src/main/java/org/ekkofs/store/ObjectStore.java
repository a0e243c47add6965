package org.ekkofs.store;

import java.util.Collection;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Where objects lie: keys to immutable bytes. Safe for use by many threads.
 *
 * <p>Objects appear whole or not at all, and what was put is seen by every later get. Every
 * operation that answers "absent" has asked the store and believed it; a store that could not be
 * asked is a {@link org.ekkofs.model.StoreUnavailableException}, never "absent". All operations but
 * {@link #createIfAbsent} can be repeated without harm.
 */
public interface ObjectStore extends AutoCloseable {
  /**
   * Reads a whole object.
   *
   * @param maxBytes how much the caller is ready to hold
   * @return the bytes; empty if there is no such object
   * @throws org.ekkofs.model.CorruptException if the object is longer than {@code maxBytes}
   */
  Optional<byte[]> get(ObjectKey key, int maxBytes);

  /**
   * Reads a part of an object.
   *
   * @param offset where to begin
   * @param length how many bytes to read; fewer come back only where the object ends
   * @return the bytes; empty if there is no such object
   */
  Optional<byte[]> getRange(ObjectKey key, long offset, int length);

  /**
   * Stores an object under a key that nobody else writes. An object of this key is replaced. It is
   * durable after the next {@link #sync}.
   *
   * @throws org.ekkofs.model.StoreUnavailableException if it may not have been stored
   */
  void put(ObjectKey key, Body body);

  /**
   * Stores an object unless one of this key exists: of all callers anywhere that race for a key,
   * exactly one is told true. The object is durable when true is returned.
   *
   * @return false if an object existed, also when an earlier try of this same caller made it
   * @throws org.ekkofs.model.StoreUnavailableException if it is unknown whether it was stored
   */
  boolean createIfAbsent(ObjectKey key, byte[] bytes);

  /**
   * Whether {@link #createIfAbsent} keeps its promise however many race. If not, it is at best a
   * look before a put: no commit log may be written with it.
   */
  default boolean createsOnlyIfAbsent() {
    return true;
  }

  /**
   * Counts an object that somebody else has put among those that the next {@link #sync} makes
   * durable. Where every put is durable at once there is nothing to do.
   */
  default void adopt(ObjectKey key) {}

  /** Makes everything durable that was put through this instance before the call. */
  void sync();

  /**
   * Deletes objects; those that do not exist are no error. Durable after the next {@link #sync}.
   */
  void delete(Collection<ObjectKey> keys);

  /**
   * Shows every object whose key begins with a prefix, in no order. What is put or deleted
   * meanwhile may be shown or not.
   *
   * @param prefix whole parts of a key, ending in a slash; empty for everything
   */
  void list(String prefix, Consumer<ObjectInfo> consumer);

  /**
   * The names that follow the prefix up to the next slash: what a folder's sub-folders would be.
   *
   * @param prefix whole parts of a key, ending in a slash; empty for the top
   */
  Iterable<String> children(String prefix);

  /**
   * How many requests are worth having under way at once, 1 at least: with more of them bulk data
   * would only queue.
   */
  default int parallelism() {
    return 16;
  }

  /** What to call this store in messages: a path or an address, without secrets. */
  String description();

  /** Releases connections and temporary files; what was put and not synced may be lost. */
  @Override
  void close();
}
