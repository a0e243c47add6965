package org.ekkofs.log;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.ekkofs.model.Slot;
import org.ekkofs.model.TreeName;

/**
 * One repository's records in a database: rows that are inserted once, and of which is noted
 * whether the store has a copy. Safe for use by many threads.
 */
public interface LogTable extends AutoCloseable {
  /** A row. */
  final class Row {
    private final byte[] record;
    private final boolean copied;

    /**
     * With these bytes, which nobody changes any more.
     *
     * @param copied whether the store is known to have its copy
     */
    public Row(byte[] record, boolean copied) {
      this.record = record;
      this.copied = copied;
    }

    byte[] record() {
      return record;
    }

    boolean copied() {
      return copied;
    }
  }

  /**
   * Reads rows, all at once.
   *
   * @return those that there are
   * @throws org.ekkofs.model.StoreUnavailableException if the database could not be asked
   */
  Map<Slot, Row> read(TreeName tree, List<Slot> slots);

  /**
   * Inserts a row unless there is one; of all who try the same slot one is told true. It is durable
   * when true is returned.
   *
   * @return false if there is one, possibly by an earlier try of the same caller
   * @throws org.ekkofs.model.StoreUnavailableException if it is unknown whether it was inserted
   */
  boolean insert(TreeName tree, Slot slot, byte[] record);

  /** Notes that the store has the copy of a row. */
  void markCopied(TreeName tree, Slot slot);

  /** The slot of the last row of a tree, or {@link Slot#NONE}. */
  Slot newest(TreeName tree);

  /** The trees that have a first row, in order of their names. */
  List<TreeName> trees();

  /** What to call the database in messages, without secrets. */
  String description();

  /** Makes the table, unless there is one. */
  void make();

  /** What can be done to the table while nobody else writes to it. */
  interface Exclusive {
    /** Whether there are any rows of this repository. */
    boolean hasRows();

    /** The bytes in a slot; empty if there is no row. */
    Optional<byte[]> record(TreeName tree, Slot slot);

    /** Inserts a row whose copy is in the store. */
    void add(TreeName tree, Slot slot, byte[] record);
  }

  /** Does something while nobody else writes to the table: all of it, or nothing if it fails. */
  void exclusively(Consumer<Exclusive> work);

  /** Releases its connections. */
  @Override
  void close();
}
