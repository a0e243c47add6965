package org.ekkofs.store.jclouds;

import java.util.List;
import java.util.Optional;

/**
 * A bucket or container as its provider's protocol shows it: one request each, by whole keys. What
 * fails is thrown as the libraries throw it, for {@link Failures} to explain. Safe for use by many
 * threads.
 */
interface Bucket extends AutoCloseable {
  /** Whether the bucket is there and may be listed. */
  boolean exists();

  /** Makes the bucket; one that is there is left as it is. */
  void create();

  /** Begins to read an object, if there is one. */
  Optional<Answer> get(String key);

  /**
   * Begins to read a part of an object, if there is one. A part wholly beyond its end fails with
   * status 416, or is all of it.
   */
  Optional<Answer> get(String key, long first, long last);

  /** Stores an object. */
  void put(String key, Upload upload);

  /**
   * Stores an object unless there is one, as far as the provider can. One that cannot at all fails
   * with status 501.
   *
   * @return false if there was one
   */
  boolean createIfAbsent(String key, Upload upload);

  /** Whether that has one winner of however many race, by all that was seen of the store so far. */
  boolean createsOnlyIfAbsent();

  /** How many keys one call of {@link #delete} takes at most. */
  int deletedAtOnce();

  /**
   * Deletes objects, of which some may be absent.
   *
   * @return those of the keys of which it is not known that they are gone, to be deleted singly
   */
  List<String> delete(List<String> keys);

  /**
   * A page of a listing, in the order of keys.
   *
   * @param deep whether to show whatever begins with the prefix, or up to the next slash only
   * @param after what the page before says; empty for the first page
   */
  Page list(String prefix, boolean deep, String after);

  @Override
  void close();
}
