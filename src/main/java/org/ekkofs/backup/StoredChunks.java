package org.ekkofs.backup;

import java.util.Optional;
import java.util.stream.StreamSupport;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.ChunkId;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.SegmentIndex;
import org.ekkofs.store.ObjectInfo;
import org.ekkofs.store.ObjectStore;
import org.ekkofs.store.TreeKeys;

/** The chunks of a tree as listings of the store show them. */
final class StoredChunks {
  private static final int HEX_DIGITS = 8;
  private static final String HEX = "0123456789abcdef";

  private final ObjectStore store;
  private final TreeKeys keys;

  StoredChunks(ObjectStore store, TreeKeys keys) {
    this.store = store;
    this.keys = keys;
  }

  /** Hears of a chunk. */
  @FunctionalInterface
  interface Listener {
    void chunk(ChunkId chunk, ObjectInfo object);
  }

  /** Shows the chunks that an owner has stored; what has no chunk's name is left out. */
  void list(BackupId owner, Listener listener) {
    store.list(
        keys.chunksOf(owner),
        object ->
            segment(object)
                .ifPresent(segment -> listener.chunk(new ChunkId(owner, segment), object)));
  }

  /** The owners that have stored something. */
  Iterable<BackupId> owners() {
    return () ->
        StreamSupport.stream(store.children(keys.chunks()).spliterator(), false)
            .flatMap(name -> id(name).stream())
            .iterator();
  }

  /** The backup that a name in the store is; empty if it is none's. */
  static Optional<BackupId> id(String name) {
    try {
      return Optional.of(BackupId.parse(name));
    } catch (InvalidException foreign) {
      return Optional.empty();
    }
  }

  /** The segment whose chunk it is by its name; empty if it has none's. */
  static Optional<SegmentIndex> segment(ObjectInfo object) {
    String name = object.key().name();
    return name.length() == HEX_DIGITS && name.chars().allMatch(digit -> HEX.indexOf(digit) >= 0)
        ? Optional.of(new SegmentIndex(Long.parseLong(name, 16)))
        : Optional.empty();
  }
}
