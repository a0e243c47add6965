package org.ekkofs.log;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.stream.LongStream;
import org.ekkofs.format.RecordCodec;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.LogRecord;
import org.ekkofs.model.RefusedException;
import org.ekkofs.model.Slot;
import org.ekkofs.model.TreeName;
import org.ekkofs.store.ObjectSeal;
import org.ekkofs.store.ObjectStore;

/** Makes a database's records again from those in the store, all or none. */
public final class LogRebuild {
  private final LogTable table;
  private final ObjectLogStore stored;
  private final ObjectSeal seal;

  /**
   * From the records of a store into a table.
   *
   * @param readers where records are read at once
   * @param seal what the database gets is sealed with
   */
  public LogRebuild(LogTable table, ObjectStore objects, ExecutorService readers, ObjectSeal seal) {
    this.table = table;
    this.stored = new ObjectLogStore(objects, readers);
    this.seal = seal;
  }

  /**
   * Makes the table, if need be, and fills it.
   *
   * @param complete whether the table may have records already, which were restored from an older
   *     backup of it and are those of the store
   * @return the newest record of each tree
   * @throws RefusedException if it has records, and is not to be completed
   * @throws CorruptException if a record in the store is missing or damaged, or another one than
   *     that of the table; nothing has changed then
   */
  public Map<TreeName, Slot> run(boolean complete) {
    table.make();
    Map<TreeName, Slot> newest = new TreeMap<>();
    table.exclusively(
        rows -> {
          if (!complete && rows.hasRows()) {
            throw new RefusedException(
                "%s has records of this repository; if it was restored from an older backup, add --complete"
                    .formatted(table.description()));
          }
          for (TreeName tree : stored.trees()) {
            newest.put(tree, copy(tree, rows, complete));
          }
        });
    newest.values().removeIf(Slot.NONE::equals);
    return newest;
  }

  private Slot copy(TreeName tree, LogTable.Exclusive rows, boolean complete) {
    Slot listed = stored.newest(tree);
    Slot last = Slot.NONE;
    Optional<UUID> previous = Optional.empty();
    while (last.compareTo(listed) < 0) {
      List<Slot> slots = after(last, listed);
      List<Optional<byte[]>> records = stored.readAll(tree, slots);
      for (int n = 0; n < slots.size(); n++) {
        Slot slot = slots.get(n);
        byte[] bytes = records.get(n).orElseThrow(() -> missing(tree, slot, listed));
        LogRecord record = decoded(tree, slot, bytes);
        if (!record.previous().equals(previous)) {
          throw new CorruptException(
              "record %s of the log of tree %s in the store does not follow the one before it"
                  .formatted(slot, tree));
        }
        previous = Optional.of(record.nonce());
        if (!complete || !isThere(tree, slot, bytes, rows)) {
          rows.add(tree, slot, seal.seal(LogCopies.key(tree, slot), bytes));
        }
      }
      last = slots.get(slots.size() - 1);
    }
    return last;
  }

  private static List<Slot> after(Slot last, Slot end) {
    long to = Math.min(end.value(), last.value() + LogReader.MAX_WINDOW);
    return LongStream.rangeClosed(last.value() + 1, to).mapToObj(Slot::new).toList();
  }

  private static CorruptException missing(TreeName tree, Slot slot, Slot listed) {
    return new CorruptException(
        "the store lacks record %s of the log of tree %s, but has record %s"
            .formatted(slot, tree, listed));
  }

  private static LogRecord decoded(TreeName tree, Slot slot, byte[] bytes) {
    try {
      return RecordCodec.decode(bytes);
    } catch (CorruptException e) {
      throw new CorruptException(
          "record %s of the log of tree %s in the store: %s".formatted(slot, tree, e.getMessage()),
          e);
    }
  }

  private boolean isThere(TreeName tree, Slot slot, byte[] bytes, LogTable.Exclusive rows) {
    Optional<byte[]> row =
        rows.record(tree, slot).map(found -> seal.open(LogCopies.key(tree, slot), found));
    if (row.isPresent() && !Arrays.equals(row.get(), bytes)) {
      throw new CorruptException(
          "record %s of the log of tree %s is another one in the store than in the database"
              .formatted(slot, tree));
    }
    return row.isPresent();
  }
}
