package org.ekkofs.log;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.ekkofs.format.RecordCodec;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.RefusedException;
import org.ekkofs.model.Slot;
import org.ekkofs.model.TreeName;
import org.ekkofs.store.Body;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectStore;

/**
 * The records in a store that are copies of those in a database. A copy is put once and never
 * replaced by anything else; where the store can, it is created only if absent.
 */
record LogCopies(ObjectStore store) {
  /** Where a record, or its copy, lies. */
  static ObjectKey key(TreeName tree, Slot slot) {
    return ObjectKey.of(
        "trees", tree.value(), "log", String.format(Locale.ROOT, "%016d", slot.value()));
  }

  Optional<byte[]> find(TreeName tree, Slot slot) {
    return store.get(key(tree, slot), RecordCodec.MAX_BYTES);
  }

  /**
   * Sees to it that the copy is there, and durable.
   *
   * @throws RefusedException if it is not there and this process may not write
   * @throws CorruptException if another record is there
   */
  void ensure(TreeName tree, Slot slot, byte[] record) {
    try {
      if (!create(tree, slot, record)) {
        put(tree, slot, record);
      }
    } catch (RefusedException e) {
      if (!isThere(tree, slot, record)) {
        throw e;
      }
    }
  }

  /** False if the store cannot create only if absent, which it may find out at the first try. */
  private boolean create(TreeName tree, Slot slot, byte[] record) {
    if (!store.createsOnlyIfAbsent()) {
      return false;
    }
    try {
      if (!store.createIfAbsent(key(tree, slot), record)) {
        requireSame(tree, slot, record);
      }
      return true;
    } catch (RefusedException e) {
      if (store.createsOnlyIfAbsent()) {
        throw e;
      }
      return false;
    }
  }

  private void put(TreeName tree, Slot slot, byte[] record) {
    if (!isThere(tree, slot, record)) {
      store.put(key(tree, slot), Body.of(record));
      store.sync();
    }
  }

  private void requireSame(TreeName tree, Slot slot, byte[] record) {
    if (!isThere(tree, slot, record)) {
      throw new CorruptException(
          "the store had a copy of record %s of the log of tree %s, and does not show it"
              .formatted(slot, tree));
    }
  }

  private boolean isThere(TreeName tree, Slot slot, byte[] record) {
    Optional<byte[]> found = find(tree, slot);
    if (found.isPresent() && !Arrays.equals(found.get(), record)) {
      throw new CorruptException(
          "record %s of the log of tree %s is another one in the store than in the database"
              .formatted(slot, tree));
    }
    return found.isPresent();
  }
}
