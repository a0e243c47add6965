package org.ekkofs.backup;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Function;
import org.ekkofs.catalog.Checkpoint;
import org.ekkofs.catalog.CheckpointCodec;
import org.ekkofs.catalog.CheckpointWriter;
import org.ekkofs.log.LogReader;
import org.ekkofs.log.LogStore;
import org.ekkofs.log.TreeState;
import org.ekkofs.manifest.ManifestFiles;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.LogRecord;
import org.ekkofs.model.NotFoundException;
import org.ekkofs.model.Slot;
import org.ekkofs.model.TreeName;
import org.ekkofs.store.Body;
import org.ekkofs.store.ObjectInfo;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectStore;
import org.ekkofs.store.TreeKeys;

/** The checkpoints in the store. Safe for use by many threads. */
final class CheckpointFiles {
  /** So many of the newest are listed; there are two, unless something is wrong. */
  private static final int MAX_LISTED = 100;

  private final ObjectStore store;
  private final LogStore logs;
  private final ManifestFiles scratch;

  /**
   * The checkpoints of a store.
   *
   * @param logs the logs they are of
   * @param scratch has room for temporary files
   */
  CheckpointFiles(ObjectStore store, LogStore logs, ManifestFiles scratch) {
    this.store = store;
    this.logs = logs;
    this.scratch = scratch;
  }

  /** The slots that a listing shows checkpoints of, newest first. */
  List<Slot> list(TreeName tree) {
    TreeSet<Slot> slots = new TreeSet<>();
    store.list(
        new TreeKeys(tree).checkpoints(),
        object -> {
          slot(tree, object).ifPresent(slots::add);
          if (slots.size() > MAX_LISTED) {
            slots.pollFirst();
          }
        });
    return List.copyOf(slots.descendingSet());
  }

  private static Optional<Slot> slot(TreeName tree, ObjectInfo object) {
    return Optional.of(object.key().name())
        .filter(name -> name.matches("[0-9]{16}"))
        .map(name -> new Slot(Long.parseLong(name)))
        .filter(slot -> new TreeKeys(tree).checkpoint(slot).equals(object.key()));
  }

  /**
   * Looks into a checkpoint, after finding that the log still has the record it ends with.
   *
   * @param look must not keep the checkpoint
   * @throws NotFoundException if there is no such checkpoint
   * @throws CorruptException if it is damaged, of another log, or of a format not known here
   */
  <T> T read(TreeName tree, Slot slot, Function<Checkpoint, T> look) {
    try (Scratch database = new Scratch(scratch.scratch())) {
      fetch(tree, slot, database.file());
      try (Checkpoint checkpoint = Checkpoint.open(database.file(), tree, slot)) {
        if (!recorded(tree, slot).equals(Optional.of(checkpoint.nonce()))) {
          throw new CorruptException("it is not of this log, whose record " + slot + " is another");
        }
        return look.apply(checkpoint);
      }
    }
  }

  private void fetch(TreeName tree, Slot slot, Path database) {
    byte[] bytes =
        store
            .get(new TreeKeys(tree).checkpoint(slot), CheckpointCodec.MAX_BYTES)
            .orElseThrow(() -> new NotFoundException("it has gone"));
    try (Scratch frame = new Scratch(scratch.scratch())) {
      CheckpointCodec.decode(bytes, frame.file(), database);
    }
  }

  private Optional<UUID> recorded(TreeName tree, Slot slot) {
    return new LogReader(tree, logs).read(slot).map(LogRecord::nonce);
  }

  /**
   * Makes a checkpoint.
   *
   * @param references what is at hand of them
   * @return the bytes to {@link #create}
   */
  byte[] make(TreeName tree, TreeState state, Function<BackupId, Optional<byte[]>> references) {
    try (Scratch frame = new Scratch(scratch.scratch());
        Scratch database = new Scratch(scratch.scratch())) {
      CheckpointWriter.write(database.file(), tree, state, references);
      return CheckpointCodec.encode(database.file(), frame.file());
    }
  }

  /**
   * Stores a checkpoint; false if there is one of this slot already. Where a store cannot tell, it
   * is replaced: all of one slot are as good.
   */
  boolean create(TreeName tree, Slot slot, byte[] bytes) {
    ObjectKey key = new TreeKeys(tree).checkpoint(slot);
    if (store.createsOnlyIfAbsent()) {
      return store.createIfAbsent(key, bytes);
    }
    store.put(key, Body.of(bytes));
    return true;
  }

  void delete(TreeName tree, List<Slot> slots) {
    store.delete(slots.stream().map(new TreeKeys(tree)::checkpoint).toList());
  }
}
