package org.ekkofs.log;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.ekkofs.format.RecordCodec;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.Slot;
import org.ekkofs.model.StoreUnavailableException;
import org.ekkofs.model.TreeName;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectStore;

/**
 * Commit logs as objects of a store with a true create-if-absent: {@code trees/<tree>/log/<slot, 16
 * digits>}.
 */
public final class ObjectLogStore implements LogStore {
  private final ObjectStore store;
  private final Optional<ExecutorService> readers;

  /**
   * Keeps the logs in the store, which must have passed the probe of create-if-absent.
   *
   * @param readers where records are read that are asked for at once; shut down by the caller
   */
  public ObjectLogStore(ObjectStore store, ExecutorService readers) {
    this(store, Optional.of(readers));
  }

  /** As the other one, with one record read after the other. */
  public ObjectLogStore(ObjectStore store) {
    this(store, Optional.empty());
  }

  private ObjectLogStore(ObjectStore store, Optional<ExecutorService> readers) {
    this.store = store;
    this.readers = readers;
  }

  @Override
  public Optional<byte[]> read(TreeName tree, Slot slot) {
    return store.get(key(tree, slot), RecordCodec.MAX_BYTES);
  }

  @Override
  public List<Optional<byte[]>> readAll(TreeName tree, List<Slot> slots) {
    if (readers.isEmpty() || slots.size() == 1) {
      return LogStore.super.readAll(tree, slots);
    }
    List<Callable<Optional<byte[]>>> reads =
        slots.stream().<Callable<Optional<byte[]>>>map(slot -> () -> read(tree, slot)).toList();
    try {
      List<Optional<byte[]>> records = new ArrayList<>();
      for (Future<Optional<byte[]>> read : readers.get().invokeAll(reads)) {
        records.add(read.get());
      }
      return records;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof EkkofsException known
          ? known
          : new FailedException("reading the log of tree " + tree + " failed: " + e.getCause(), e);
    } catch (RejectedExecutionException e) {
      throw new StoreUnavailableException(store.description() + " is being closed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException("interrupted while reading the log of tree " + tree, e);
    }
  }

  @Override
  public boolean create(TreeName tree, Slot slot, byte[] record) {
    store.sync();
    return store.createIfAbsent(key(tree, slot), record);
  }

  @Override
  public Slot newest(TreeName tree) {
    AtomicLong newest = new AtomicLong();
    store.list(
        prefix(tree).value() + "/",
        object -> newest.accumulateAndGet(slot(tree, object.key()), Math::max));
    return new Slot(newest.get());
  }

  /** The number of the slot that a key is of; 0 if it is none's. */
  private static long slot(TreeName tree, ObjectKey key) {
    String name = key.value().substring(prefix(tree).value().length() + 1);
    return name.matches("[0-9]{16}") ? Long.parseLong(name) : 0;
  }

  @Override
  public List<TreeName> trees() {
    List<TreeName> trees = new ArrayList<>();
    for (String child : store.children("trees/")) {
      treeName(child).ifPresent(trees::add);
    }
    trees.sort(null);
    return trees;
  }

  private static Optional<TreeName> treeName(String text) {
    try {
      return Optional.of(new TreeName(text));
    } catch (InvalidException foreign) {
      return Optional.empty();
    }
  }

  private static ObjectKey prefix(TreeName tree) {
    return ObjectKey.of("trees", tree.value(), "log");
  }

  private static ObjectKey key(TreeName tree, Slot slot) {
    return LogCopies.key(tree, slot);
  }
}
