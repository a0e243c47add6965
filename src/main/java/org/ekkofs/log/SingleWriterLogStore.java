package org.ekkofs.log;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;
import org.ekkofs.format.RecordCodec;
import org.ekkofs.model.LogPlace;
import org.ekkofs.model.RefusedException;
import org.ekkofs.model.Slot;
import org.ekkofs.model.StoreUnavailableException;
import org.ekkofs.model.TreeName;
import org.ekkofs.store.Body;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectStore;

/**
 * Commit logs as objects of a store without a true create-if-absent, seen from the one host that
 * may write: its processes exclude each other by a lock, look whether a slot is free, put the
 * record, and look whether it is there.
 */
public final class SingleWriterLogStore implements LogStore {
  private final ObjectStore objects;
  private final ObjectLogStore stored;
  private final LogPlace.SingleWriter self;
  private final Supplier<LogPlace> place;
  private final HostLock lock;

  /**
   * Keeps the logs in the store.
   *
   * @param readers where records are read at once; shut down by the caller
   * @param self this host, as the writer
   * @param place where the logs live now, as the repository says; asked before each record, since a
   *     process may run for weeks after another host has become the writer
   */
  public SingleWriterLogStore(
      ObjectStore objects,
      ExecutorService readers,
      LogPlace.SingleWriter self,
      Supplier<LogPlace> place,
      HostLock lock) {
    this.objects = objects;
    this.stored = new ObjectLogStore(objects, readers);
    this.self = self;
    this.place = place;
    this.lock = lock;
  }

  /** What hosts are told that may not write. */
  public static String refusal(String writer) {
    return "only host %s may write to this repository, since its store cannot keep several writers apart; if that host is gone for good, \"ekkofs log claim\" makes this one the writer"
        .formatted(writer);
  }

  @Override
  public Optional<byte[]> read(TreeName tree, Slot slot) {
    return stored.read(tree, slot);
  }

  @Override
  public List<Optional<byte[]>> readAll(TreeName tree, List<Slot> slots) {
    return stored.readAll(tree, slots);
  }

  @Override
  public boolean create(TreeName tree, Slot slot, byte[] record) {
    objects.sync();
    return lock.during(() -> put(tree, slot, record));
  }

  private boolean put(TreeName tree, Slot slot, byte[] record) {
    requireWriter();
    if (read(tree, slot).isPresent()) {
      return false;
    }
    ObjectKey key = LogCopies.key(tree, slot);
    objects.put(key, Body.of(record));
    objects.sync();
    byte[] found =
        objects
            .get(key, RecordCodec.MAX_BYTES)
            .orElseThrow(
                () ->
                    new StoreUnavailableException(
                        "%s does not show %s, which was just put"
                            .formatted(objects.description(), key)));
    return Arrays.equals(found, record);
  }

  private void requireWriter() {
    LogPlace now = place.get();
    if (now.equals(self)) {
      return;
    }
    throw new RefusedException(
        now instanceof LogPlace.SingleWriter other
            ? refusal(other.host())
            : "the logs of this repository live elsewhere now; start this program again");
  }

  @Override
  public Slot newest(TreeName tree) {
    return stored.newest(tree);
  }

  @Override
  public List<TreeName> trees() {
    return stored.trees();
  }
}
