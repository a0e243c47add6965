package org.ekkofs.backup;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.ekkofs.format.References;
import org.ekkofs.log.Phase;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.manifest.Manifest;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.BlockMask;
import org.ekkofs.model.ChunkId;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.SegmentEntry;
import org.ekkofs.model.SegmentIndex;
import org.jspecify.annotations.Nullable;

/**
 * Who needs what of a chunk: the committed backups of a tree, deleted ones included. Some of their
 * manifests stay open. For one thread.
 */
final class ChunkUses implements AutoCloseable {
  private static final int MAX_OPEN = 8;

  private final TreeScope scope;
  private final Map<BackupId, Manifest> open = new LinkedHashMap<>(16, 0.75f, true);

  /** What each backup refers to; empty if that is not to be had. */
  private final Map<BackupId, Optional<References>> references = new HashMap<>();

  /** Whose chunks are meant by {@link #masks}. */
  private @Nullable BackupId owner;

  /** Whether {@link #masks} are of all backups that may need chunks of the owner. */
  private boolean complete;

  /** By segment: the blocks of the owner's chunk that anybody needs. */
  private long[] masks = {};

  ChunkUses(TreeScope scope) {
    this.scope = scope;
  }

  /**
   * The blocks of a chunk that any backup needs whose manifest can be read; found by reading all
   * manifests once an owner.
   */
  BlockMask blocks(ChunkId chunk) {
    learn(chunk.owner());
    int segment = (int) Math.min(Integer.MAX_VALUE, chunk.segment().value());
    return segment < masks.length ? new BlockMask(masks[segment]) : BlockMask.NONE;
  }

  /** Whether no other backup can need any more than {@link #blocks} of a chunk. */
  boolean areAllKnown(ChunkId chunk) {
    learn(chunk.owner());
    return complete;
  }

  private void learn(BackupId next) {
    if (next.equals(owner)) {
      return;
    }
    owner = next;
    masks = new long[0];
    complete = true;
    for (TrackedBackup backup : committed(next)) {
      Optional<Manifest> manifest = manifest(backup);
      complete &= manifest.isPresent();
      manifest.ifPresent(readable -> addMasks(next, readable));
    }
  }

  private void addMasks(BackupId owner, Manifest manifest) {
    manifest.read(0, manifest.meta().geometry().segments(), entry -> addMasks(owner, entry));
  }

  private void addMasks(BackupId owner, SegmentEntry entry) {
    entry.layers().stream()
        .filter(layer -> layer.chunk().owner().equals(owner))
        .forEach(layer -> addMask(layer.chunk().segment().value(), layer.blocks()));
  }

  private void addMask(long segment, BlockMask blocks) {
    // Chunks past this would be of disks of more than 500 TiB.
    if (segment < 1 << 29) {
      int at = (int) segment;
      if (at >= masks.length) {
        masks = Arrays.copyOf(masks, Math.max(at + 1, at / 2 * 3));
      }
      masks[at] |= blocks.bits();
    }
  }

  /**
   * Segments of backups that lie in a chunk, its owner's first, as far as they are at its own place
   * or at that of the one given. Each is looked for when it is asked for.
   */
  Stream<SegmentUse> of(ChunkId chunk, SegmentUse known) {
    return committed(chunk.owner()).stream()
        .sorted(Comparator.comparing(backup -> !backup.id().equals(chunk.owner())))
        .flatMap(
            backup ->
                Stream.of(chunk.segment(), known.entry().segment())
                    .distinct()
                    .flatMap(segment -> use(backup, segment).stream()))
        .filter(use -> !use.blocksIn(chunk).isEmpty());
  }

  private Optional<SegmentUse> use(TrackedBackup backup, SegmentIndex segment) {
    return manifest(backup)
        .filter(manifest -> segment.value() < manifest.meta().geometry().segments())
        .flatMap(
            manifest ->
                scope
                    .table()
                    .page(manifest, segment)
                    .find(segment)
                    .map(entry -> new SegmentUse(backup, manifest.meta().geometry(), entry)));
  }

  /** Those that may refer to chunks of an owner. */
  private List<TrackedBackup> committed(BackupId owner) {
    return scope.tree().all().stream()
        .filter(backup -> backup.phase() instanceof Phase.Committed)
        .filter(
            backup ->
                references
                    .computeIfAbsent(backup.id(), id -> scope.references().find(backup))
                    .map(found -> found.owners().contains(owner))
                    .orElse(true))
        .toList();
  }

  private Optional<Manifest> manifest(TrackedBackup backup) {
    Manifest known = open.get(backup.id());
    if (known != null) {
      return Optional.of(known);
    }
    try {
      Manifest opened =
          scope
              .manifests()
              .open(
                  scope.keys(),
                  backup.id(),
                  ((Phase.Committed) backup.phase()).commit().manifest());
      makeRoom();
      open.put(backup.id(), opened);
      return Optional.of(opened);
    } catch (CorruptException damaged) {
      return Optional.empty();
    }
  }

  private void makeRoom() {
    Iterator<Manifest> oldest = open.values().iterator();
    while (open.size() >= MAX_OPEN && oldest.hasNext()) {
      scope.close(oldest.next());
      oldest.remove();
    }
  }

  @Override
  public void close() {
    open.values().forEach(scope::close);
    open.clear();
  }
}
