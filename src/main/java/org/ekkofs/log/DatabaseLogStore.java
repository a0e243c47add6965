package org.ekkofs.log;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.ekkofs.format.RecordCodec;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.RefusedException;
import org.ekkofs.model.Slot;
import org.ekkofs.model.StoreUnavailableException;
import org.ekkofs.model.TreeName;
import org.ekkofs.store.ObjectSeal;
import org.ekkofs.store.ObjectStore;

/**
 * Commit logs in a database, which decides who wins a slot, with a copy of each record in the store
 * under the key that it would have in {@link ObjectLogStore}.
 *
 * <p>Nobody acts on a record before its copy is in the store, so that a lost database loses nothing
 * that anybody has relied on:
 *
 * <ol>
 *   <li>Whoever inserts a record sees to its copy, and only then says that it was written.
 *   <li>Whoever reads a record that is not known to have a copy sees to it first. If he may not
 *       write into the store, the log ends before that record for him until its copy is there.
 *   <li>Whoever inserts a record sees to the copy of the one before it first, so that the copies
 *       have no gap either.
 *   <li>Where the store has a copy and the database no record, the database has lost it: nobody
 *       reads past that, or writes in its place.
 * </ol>
 */
public final class DatabaseLogStore implements LogStore {
  private final LogTable table;
  private final ObjectLogStore stored;
  private final ObjectStore objects;
  private final LogCopies copies;
  private final ObjectSeal seal;

  /**
   * Keeps the logs in a table.
   *
   * @param table closed with this
   * @param objects where the copies are
   * @param seal what the database gets is sealed with
   */
  public DatabaseLogStore(LogTable table, ObjectStore objects, ObjectSeal seal) {
    this.table = table;
    this.objects = objects;
    this.stored = new ObjectLogStore(objects);
    this.copies = new LogCopies(objects);
    this.seal = seal;
  }

  @Override
  public Optional<byte[]> read(TreeName tree, Slot slot) {
    return readAll(tree, List.of(slot)).get(0);
  }

  @Override
  public List<Optional<byte[]>> readAll(TreeName tree, List<Slot> slots) {
    Map<Slot, LogTable.Row> rows = table.read(tree, slots);
    List<Optional<byte[]>> records = new ArrayList<>();
    boolean atEnd = false;
    for (Slot slot : slots) {
      Optional<LogTable.Row> row = Optional.ofNullable(rows.get(slot));
      if (row.isEmpty() && !atEnd) {
        // One look at the first that is missing tells whether the database has lost any.
        atEnd = true;
        row = unlessLost(tree, slot);
      }
      records.add(row.flatMap(found -> settled(tree, slot, found)));
    }
    return records;
  }

  /** A copy is made after its row: if there is one, the row was there when it was looked at. */
  private Optional<LogTable.Row> unlessLost(TreeName tree, Slot slot) {
    if (copies.find(tree, slot).isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        Optional.ofNullable(table.read(tree, List.of(slot)).get(slot))
            .orElseThrow(() -> lost(tree, slot)));
  }

  private CorruptException lost(TreeName tree, Slot slot) {
    return new CorruptException(
        "%s lacks record %s of the log of tree %s, of which the store has a copy: it was lost or restored from an older backup; \"ekkofs log rebuild\" makes it whole"
            .formatted(table.description(), slot, tree));
  }

  /** The record, once its copy is in the store; empty if it is not, and this may not put it. */
  private Optional<byte[]> settled(TreeName tree, Slot slot, LogTable.Row row) {
    byte[] record = opened(tree, slot, row.record());
    if (row.copied()) {
      return Optional.of(record);
    }
    try {
      copies.ensure(tree, slot, record);
    } catch (RefusedException notAllowed) {
      return Optional.empty();
    }
    try {
      table.markCopied(tree, slot);
    } catch (RefusedException notAllowed) {
      // Then the next one to read it looks for the copy as well.
    }
    return Optional.of(record);
  }

  private byte[] opened(TreeName tree, Slot slot, byte[] sealed) {
    byte[] record = seal.open(LogCopies.key(tree, slot), sealed);
    if (record.length > RecordCodec.MAX_BYTES) {
      throw new CorruptException("it has " + record.length + " bytes");
    }
    return record;
  }

  @Override
  public boolean create(TreeName tree, Slot slot, byte[] record) {
    objects.sync();
    if (slot.value() > 1) {
      requireSettled(tree, new Slot(slot.value() - 1));
    }
    if (unlessLost(tree, slot).isPresent()
        || !table.insert(tree, slot, seal.seal(LogCopies.key(tree, slot), record))) {
      return false;
    }
    try {
      copies.ensure(tree, slot, record);
      table.markCopied(tree, slot);
      return true;
    } catch (StoreUnavailableException | CancelledException e) {
      throw e;
    } catch (EkkofsException e) {
      // The next to read it may store the copy.
      throw new StoreUnavailableException(
          "the database has record %s of the log of tree %s, but the store not its copy: %s"
              .formatted(slot, tree, e.getMessage()),
          e);
    }
  }

  private void requireSettled(TreeName tree, Slot slot) {
    LogTable.Row row =
        Optional.ofNullable(table.read(tree, List.of(slot)).get(slot))
            .orElseThrow(() -> lost(tree, slot));
    if (!row.copied()) {
      copies.ensure(tree, slot, opened(tree, slot, row.record()));
      table.markCopied(tree, slot);
    }
  }

  /** All but the last record have copies, as nobody inserts one before. */
  @Override
  public Slot newest(TreeName tree) {
    Slot copied = stored.newest(tree);
    Slot newest = table.newest(tree);
    if (newest.compareTo(copied) < 0) {
      throw lost(tree, newest.next());
    }
    return newest.equals(copied) || read(tree, newest).isPresent()
        ? newest
        : new Slot(newest.value() - 1);
  }

  /** Those in the store as well, so that a lost database does not look like an empty one. */
  @Override
  public List<TreeName> trees() {
    TreeSet<TreeName> trees = new TreeSet<>(table.trees());
    trees.addAll(stored.trees());
    return List.copyOf(trees);
  }

  @Override
  public void close() {
    table.close();
  }
}
