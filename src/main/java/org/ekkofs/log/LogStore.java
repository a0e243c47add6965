package org.ekkofs.log;

import java.util.List;
import java.util.Optional;
import org.ekkofs.model.Slot;
import org.ekkofs.model.TreeName;

/** Where commit logs lie: numbered records that are written once. Safe for use by many threads. */
public interface LogStore extends AutoCloseable {
  /**
   * Reads a record.
   *
   * @return its bytes; empty if the slot is free as far as the store knows
   * @throws org.ekkofs.model.StoreUnavailableException if the store could not be asked
   */
  Optional<byte[]> read(TreeName tree, Slot slot);

  /**
   * Reads records as {@link #read} does each; all at once, where the store can.
   *
   * @param slots {@link LogReader#MAX_WINDOW} at most, as all that is read is held
   * @return their bytes, in the order of the slots
   * @throws org.ekkofs.model.EkkofsException if one of them cannot be read
   */
  default List<Optional<byte[]>> readAll(TreeName tree, List<Slot> slots) {
    return slots.stream().map(slot -> read(tree, slot)).toList();
  }

  /**
   * Writes a record into a free slot; of all who try the same slot one is told true. When it
   * returns true, the record and all objects stored before are durable.
   *
   * @return false if the slot is taken, possibly by an earlier try of the same record
   * @throws org.ekkofs.model.StoreUnavailableException if it is unknown whether it was written
   */
  boolean create(TreeName tree, Slot slot, byte[] record);

  /**
   * The highest slot that a listing shows, or {@link Slot#NONE}. What is listed exists, and so do
   * all records before it; what is not listed may exist all the same.
   */
  Slot newest(TreeName tree);

  /** The trees that have a log, in order of their names. */
  List<TreeName> trees();

  /** Releases connections that are this store's own. */
  @Override
  default void close() {}
}
