package org.ekkofs.log;

import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.stream.LongStream;
import org.ekkofs.format.RecordCodec;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.LogRecord;
import org.ekkofs.model.Slot;
import org.ekkofs.model.StoreUnavailableException;
import org.ekkofs.model.TreeName;

/**
 * Reads the records of one tree's log in order: the first one alone, as there is usually none, and
 * more at once the more there turn out to be. Safe for use by many threads.
 */
public final class LogReader {
  /** How many slots are read at once at most. */
  public static final int MAX_WINDOW = 32;

  private final TreeName tree;
  private final LogStore store;

  /** Reads the log of a tree. */
  public LogReader(TreeName tree, LogStore store) {
    this.tree = tree;
    this.store = store;
  }

  /**
   * Shows the records after a slot, up to the first free one; what lies behind that is not shown,
   * and whether it can be read does not matter.
   *
   * @param consumer runs in the calling thread
   * @throws CorruptException if a record is damaged, or the consumer finds it so, naming the slot;
   *     those before it have been shown
   * @throws StoreUnavailableException if the store could not be asked; likewise
   */
  public void readAfter(Slot slot, BiConsumer<Slot, LogRecord> consumer) {
    Slot next = slot.next();
    for (int window = 1; ; window = Math.min(2 * window, MAX_WINDOW)) {
      for (Optional<byte[]> bytes : read(next, window)) {
        if (bytes.isEmpty()) {
          return;
        }
        show(next, bytes.get(), consumer);
        next = next.next();
      }
    }
  }

  private List<Optional<byte[]>> read(Slot first, int count) {
    if (count > 1) {
      try {
        return store.readAll(tree, run(first, count));
      } catch (StoreUnavailableException | CorruptException e) {
        // It may be a slot behind a free one, so only the next one is asked for.
      }
    }
    try {
      return List.of(store.read(tree, first));
    } catch (CorruptException e) {
      throw named(first, e);
    }
  }

  private static List<Slot> run(Slot first, int count) {
    long last = Math.min(Slot.MAX, first.value() + count - 1);
    return LongStream.rangeClosed(first.value(), last).mapToObj(Slot::new).toList();
  }

  private void show(Slot slot, byte[] bytes, BiConsumer<Slot, LogRecord> consumer) {
    try {
      consumer.accept(slot, RecordCodec.decode(bytes));
    } catch (CorruptException e) {
      throw named(slot, e);
    }
  }

  /**
   * The record in a slot; empty if it is free.
   *
   * @throws CorruptException if it is damaged, naming the slot
   */
  public Optional<LogRecord> read(Slot slot) {
    try {
      return store.read(tree, slot).map(RecordCodec::decode);
    } catch (CorruptException e) {
      throw named(slot, e);
    }
  }

  /**
   * Reads the bytes of the record in a slot.
   *
   * @throws CorruptException if it is damaged, naming the slot
   */
  public LogRecord decode(Slot slot, byte[] bytes) {
    try {
      return RecordCodec.decode(bytes);
    } catch (CorruptException e) {
      throw named(slot, e);
    }
  }

  /** The error, saying which record it is about. */
  CorruptException named(Slot slot, CorruptException e) {
    return new CorruptException(
        "record %s of the log of tree %s: %s".formatted(slot, tree, e.getMessage()), e);
  }
}
