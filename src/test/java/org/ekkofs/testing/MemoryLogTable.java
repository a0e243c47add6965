package org.ekkofs.testing;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.ekkofs.log.LogTable;
import org.ekkofs.model.RefusedException;
import org.ekkofs.model.Slot;
import org.ekkofs.model.StoreUnavailableException;
import org.ekkofs.model.TreeName;

/**
 * A table of records in memory. Several may share one content, as hosts share a database; all of it
 * is guarded by the content's lock.
 */
public final class MemoryLogTable implements LogTable {
  private record Place(TreeName tree, Slot slot) {}

  private record Stored(byte[] record, boolean copied) {}

  private final Map<Place, Stored> rows;
  private boolean readOnly;
  private boolean failAfterInsert;

  /** An empty table. */
  public MemoryLogTable() {
    this(new HashMap<>());
  }

  private MemoryLogTable(Map<Place, Stored> rows) {
    this.rows = rows;
  }

  /** Another connection to the same content. */
  public MemoryLogTable another() {
    return new MemoryLogTable(rows);
  }

  /** Another table with what this one has now: a backup of it. */
  public MemoryLogTable backup() {
    synchronized (rows) {
      return new MemoryLogTable(new HashMap<>(rows));
    }
  }

  /** This connection may only read from now on. */
  public void makeReadOnly() {
    readOnly = true;
  }

  /** The answer to the next insert is lost. */
  public void loseNextAnswer() {
    failAfterInsert = true;
  }

  /** Takes all rows away. */
  public void clear() {
    synchronized (rows) {
      rows.clear();
    }
  }

  /** Whether a row is there and known to have its copy. */
  public boolean isCopied(TreeName tree, Slot slot) {
    synchronized (rows) {
      Stored row = rows.get(new Place(tree, slot));
      return row != null && row.copied;
    }
  }

  @Override
  public Map<Slot, Row> read(TreeName tree, List<Slot> slots) {
    synchronized (rows) {
      Map<Slot, Row> found = new HashMap<>();
      for (Slot slot : slots) {
        Optional.ofNullable(rows.get(new Place(tree, slot)))
            .ifPresent(row -> found.put(slot, new Row(row.record.clone(), row.copied)));
      }
      return found;
    }
  }

  @Override
  public boolean insert(TreeName tree, Slot slot, byte[] record) {
    requireWritable();
    boolean inserted;
    synchronized (rows) {
      inserted = rows.putIfAbsent(new Place(tree, slot), new Stored(record.clone(), false)) == null;
    }
    if (failAfterInsert) {
      failAfterInsert = false;
      throw new StoreUnavailableException("injected: answer lost");
    }
    return inserted;
  }

  private void requireWritable() {
    if (readOnly) {
      throw new RefusedException("the table is read-only");
    }
  }

  @Override
  public void markCopied(TreeName tree, Slot slot) {
    requireWritable();
    synchronized (rows) {
      rows.computeIfPresent(new Place(tree, slot), (place, row) -> new Stored(row.record, true));
    }
  }

  @Override
  public Slot newest(TreeName tree) {
    synchronized (rows) {
      return rows.keySet().stream()
          .filter(place -> place.tree.equals(tree))
          .map(Place::slot)
          .max(Slot::compareTo)
          .orElse(Slot.NONE);
    }
  }

  @Override
  public List<TreeName> trees() {
    synchronized (rows) {
      return rows.keySet().stream()
          .filter(place -> place.slot.equals(new Slot(1)))
          .map(Place::tree)
          .sorted()
          .toList();
    }
  }

  @Override
  public String description() {
    return "the database";
  }

  @Override
  public void make() {
    // Memory has no schema.
  }

  @Override
  public void exclusively(Consumer<Exclusive> work) {
    synchronized (rows) {
      Map<Place, Stored> before = Map.copyOf(rows);
      boolean done = false;
      try {
        work.accept(new Rows());
        done = true;
      } finally {
        if (!done) {
          rows.clear();
          rows.putAll(before);
        }
      }
    }
  }

  /** The rows while nobody else has them. */
  private final class Rows implements Exclusive {
    @Override
    public boolean hasRows() {
      return !rows.isEmpty();
    }

    @Override
    public Optional<byte[]> record(TreeName tree, Slot slot) {
      return Optional.ofNullable(rows.get(new Place(tree, slot))).map(Stored::record);
    }

    @Override
    public void add(TreeName tree, Slot slot, byte[] record) {
      rows.putIfAbsent(new Place(tree, slot), new Stored(record.clone(), true));
    }
  }

  @Override
  public void close() {
    // The content stays for the others.
  }
}
