package org.ekkofs.simulation;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Who takes part in explorations: a tree has a backup "base" and one that was taken relative to it,
 * "parent".
 */
final class Roles {
  private static final SparseDisk BASE = SparseDisk.empty(2).with(0, -1).with(64, -2);
  private static final SparseDisk PARENT = BASE.with(1, -3).with(64, -4);

  private Roles() {}

  /** The store before all begins. */
  static Template template(Path folder) {
    return Template.of(
        folder.resolve("template"), new TreeMap<>(Map.of("base", BASE, "parent", PARENT)));
  }

  /** Takes a backup relative to "parent". */
  static Role child() {
    return Role.writer("child", Optional.of("parent"), PARENT.with(3, 7));
  }

  /** Takes another of the same name. */
  static Role rival() {
    return Role.writer("child", Optional.of("base"), BASE.with(4, 8));
  }

  /** Takes a backup relative to nothing. */
  static Role full() {
    return Role.writer("full", Optional.empty(), SparseDisk.empty(1).with(5, 9));
  }

  /** Deletes "parent". */
  static Role deleter() {
    return Role.deleter("parent");
  }

  /** Deletes "parent" and brings it back. */
  static Role undeleter() {
    return Role.undeleter("parent");
  }

  /** Revokes "child", once it is announced. */
  static Role revoker() {
    return Role.revoker("child");
  }

  /** Sweeps all that was deleted. */
  static Role sweeper() {
    return Role.sweeper("sweeper");
  }

  /** Sweeps as well. */
  static Role otherSweeper() {
    return Role.sweeper("other sweeper");
  }
}
