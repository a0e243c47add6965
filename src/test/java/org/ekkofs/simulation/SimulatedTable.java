package org.ekkofs.simulation;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.ekkofs.format.RecordCodec;
import org.ekkofs.log.LogTable;
import org.ekkofs.model.Slot;
import org.ekkofs.model.TreeName;
import org.ekkofs.store.Body;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectStore;

/**
 * The table of a simulated database: its rows are objects beside those of the repository, so that
 * whatever befalls operations of the store befalls those of the database too. But a row that is
 * read is read whole.
 *
 * @param store where the rows are
 * @param careless whether it says of every row that its copy is in the store
 */
record SimulatedTable(ObjectStore store, boolean careless) implements LogTable {
  private static final String ROWS = "table/";
  private static final String MARKS = "copied/";

  /** The key of a row. */
  static ObjectKey row(TreeName tree, Slot slot) {
    return new ObjectKey(ROWS + tree + "/%016d".formatted(slot.value()));
  }

  /** What is there if the row's copy is known to be in the store. */
  static ObjectKey mark(TreeName tree, Slot slot) {
    return new ObjectKey(MARKS + tree + "/%016d".formatted(slot.value()));
  }

  static boolean isRow(ObjectKey key) {
    return key.value().startsWith(ROWS);
  }

  @Override
  public Map<Slot, Row> read(TreeName tree, List<Slot> slots) {
    Map<Slot, Row> rows = new HashMap<>();
    for (Slot slot : slots) {
      Optional<byte[]> record = store.get(row(tree, slot), RecordCodec.MAX_BYTES);
      if (record.isEmpty()) {
        return rows;
      }
      boolean copied = careless || store.get(mark(tree, slot), 1).isPresent();
      rows.put(slot, new Row(record.get(), copied));
    }
    return rows;
  }

  @Override
  public boolean insert(TreeName tree, Slot slot, byte[] record) {
    return store.createIfAbsent(row(tree, slot), record);
  }

  @Override
  public void markCopied(TreeName tree, Slot slot) {
    store.put(mark(tree, slot), Body.of(new byte[1]));
  }

  @Override
  public Slot newest(TreeName tree) {
    Slot slot = Slot.NONE;
    while (store.get(row(tree, slot.next()), RecordCodec.MAX_BYTES).isPresent()) {
      slot = slot.next();
    }
    return slot;
  }

  @Override
  public List<TreeName> trees() {
    return newest(World.TREE).equals(Slot.NONE) ? List.of() : List.of(World.TREE);
  }

  @Override
  public String description() {
    return "a simulated database";
  }

  @Override
  public void make() {
    // Rows need no table here.
  }

  @Override
  public void exclusively(Consumer<Exclusive> work) {
    throw new UnsupportedOperationException("nothing is rebuilt here");
  }

  @Override
  public void close() {
    // Its rows stay for the others.
  }
}
