package org.ekkofs.model;

/** Where a repository's commit logs live. */
public sealed interface LogPlace {
  /** In the store itself, whose create-if-absent was proved when the repository was made. */
  record Store() implements LogPlace {}

  /**
   * In the store itself, which has no create-if-absent to rely on; so only one host may write.
   *
   * @param host the name of that host
   */
  record SingleWriter(String host) implements LogPlace {}

  /**
   * In a PostgreSQL database that all hosts reach; the store has copies.
   *
   * @param address {@code postgresql://[user@]host[:port]/database[?options]}, without a password
   */
  record Database(String address) implements LogPlace {}

  /** The usual place. */
  LogPlace STORE = new Store();
}
