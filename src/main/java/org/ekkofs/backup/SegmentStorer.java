package org.ekkofs.backup;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import org.ekkofs.format.ChunkCodec;
import org.ekkofs.format.SegmentHash;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.BlockMask;
import org.ekkofs.model.ChunkId;
import org.ekkofs.model.Digest;
import org.ekkofs.model.Layer;
import org.ekkofs.model.LogEvent;
import org.ekkofs.model.SegmentEntry;
import org.ekkofs.model.SegmentIndex;
import org.ekkofs.store.Body;
import org.ekkofs.store.ObjectStore;
import org.ekkofs.store.TreeKeys;

/**
 * Decides for each segment what of it is new, and stores that. Safe for use by many threads, each
 * with its own segment; two equal new segments at once are stored once.
 */
final class SegmentStorer {
  private final ObjectStore store;
  private final TreeKeys keys;
  private final LogEvent.Create settings;
  private final ChunkCodec codec;
  private final BackupId self;
  private final ParentDisk parent;
  private final KnownSegments known;
  private final ConcurrentMap<Digest, CompletableFuture<List<Layer>>> underWay =
      new ConcurrentHashMap<>();

  SegmentStorer(
      ObjectStore store,
      TreeKeys keys,
      LogEvent.Create settings,
      BackupId self,
      ParentDisk parent,
      KnownSegments known) {
    this.store = store;
    this.keys = keys;
    this.settings = settings;
    this.codec = new ChunkCodec(settings.segmentSize(), settings.compression());
    this.self = self;
    this.parent = parent;
    this.known = known;
  }

  /**
   * Stores what is new of a segment.
   *
   * @param data the segment's bytes, free for other use when this returns
   * @param inParent the parent's segment of the same number
   * @param putters where chunks are put into the store
   * @return the manifest's entry, once everything is stored; empty for a segment of zeros
   */
  CompletableFuture<Optional<SegmentEntry>> store(
      SegmentIndex segment,
      byte[] data,
      int length,
      Optional<SegmentEntry> inParent,
      Executor putters) {
    SegmentHash hash = SegmentHash.of(data, length, settings.segmentSize());
    if (hash.isZero()) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    Optional<SegmentEntry> same = inParent.filter(entry -> entry.digest().equals(hash.digest()));
    CompletableFuture<List<Layer>> layers =
        same.isPresent()
            ? CompletableFuture.completedFuture(same.get().layers())
            : changed(segment, data, length, hash, inParent, putters);
    return layers.thenApply(found -> Optional.of(new SegmentEntry(segment, hash.digest(), found)));
  }

  private CompletableFuture<List<Layer>> changed(
      SegmentIndex segment,
      byte[] data,
      int length,
      SegmentHash hash,
      Optional<SegmentEntry> inParent,
      Executor putters) {
    CompletableFuture<List<Layer>> mine = new CompletableFuture<>();
    CompletableFuture<List<Layer>> first = underWay.putIfAbsent(hash.digest(), mine);
    if (first != null) {
      return first;
    }
    try {
      Optional<List<Layer>> elsewhere = known.find(hash.digest());
      if (elsewhere.isPresent()) {
        finish(hash.digest(), mine, elsewhere.get());
      } else {
        put(segment, data, length, hash, inParent, putters, mine);
      }
    } catch (RuntimeException | Error e) {
      // Others may be waiting for it.
      mine.completeExceptionally(e);
    }
    return mine;
  }

  private void put(
      SegmentIndex segment,
      byte[] data,
      int length,
      SegmentHash hash,
      Optional<SegmentEntry> inParent,
      Executor putters,
      CompletableFuture<List<Layer>> result) {
    Difference difference = difference(inParent, hash);
    List<Layer> layers = new ArrayList<>(difference.kept());
    if (difference.stored().isEmpty()) {
      stored(segment, hash, layers, result);
      return;
    }
    byte[] object = codec.encode(data, length, hash, difference.stored());
    ChunkId chunk = new ChunkId(self, segment);
    layers.add(new Layer(chunk, difference.stored(), object.length));
    CompletableFuture.runAsync(() -> store.put(keys.chunk(chunk), Body.of(object)), putters)
        .thenRun(() -> stored(segment, hash, layers, result))
        .exceptionally(
            failure -> {
              result.completeExceptionally(failure);
              return null;
            });
  }

  /**
   * Does without storing what is new of a segment if it is in a chunk that is there already.
   *
   * @param hash the segment's digests
   * @param left such a chunk, for the same segment
   * @return the manifest's entry; empty if the chunk lacks some of what would be stored
   */
  Optional<SegmentEntry> reuse(
      SegmentIndex segment, SegmentHash hash, Optional<SegmentEntry> inParent, LeftChunk left) {
    Difference difference = difference(inParent, hash);
    List<Layer> layers = new ArrayList<>(difference.kept());
    if (!difference.stored().isEmpty()) {
      if (!left.holds(difference.stored(), hash)) {
        return Optional.empty();
      }
      layers.add(new Layer(left.chunk(), difference.stored(), left.storedBytes()));
    }
    SegmentEntry entry = new SegmentEntry(segment, hash.digest(), layers);
    known.add(entry);
    return Optional.of(entry);
  }

  private Difference difference(Optional<SegmentEntry> inParent, SegmentHash hash) {
    return inParent
        .flatMap(
            entry ->
                parent.blockDigests(entry).map(digests -> Difference.between(entry, digests, hash)))
        .orElseGet(() -> Difference.whole(hash));
  }

  private void stored(
      SegmentIndex segment,
      SegmentHash hash,
      List<Layer> layers,
      CompletableFuture<List<Layer>> result) {
    known.add(new SegmentEntry(segment, hash.digest(), layers));
    finish(hash.digest(), result, layers);
  }

  private void finish(Digest digest, CompletableFuture<List<Layer>> result, List<Layer> layers) {
    underWay.remove(digest);
    result.complete(List.copyOf(layers));
  }

  /**
   * What of a segment is stored anew, and which layers of the parent's it keeps.
   *
   * @param kept layers that still hold blocks of the segment
   * @param stored the blocks for a new chunk; may be none
   */
  record Difference(List<Layer> kept, BlockMask stored) {
    static Difference whole(SegmentHash hash) {
      return new Difference(List.of(), hash.nonZero());
    }

    static Difference between(SegmentEntry before, byte[] digestsBefore, SegmentHash now) {
      BlockMask same = BlockMask.NONE;
      for (int block = 0; block < now.blocks(); block++) {
        int offset = block * Digest.BYTES;
        if (offset < digestsBefore.length && now.sameBlock(block, digestsBefore, offset)) {
          same = same.with(block);
        }
      }
      BlockMask keep = same.and(now.nonZero());
      BlockMask fresh = now.nonZero().minus(same);
      List<Layer> kept = new ArrayList<>();
      for (Layer layer : before.layers()) {
        BlockMask blocks = layer.blocks().and(keep);
        if (!blocks.isEmpty()) {
          kept.add(new Layer(layer.chunk(), blocks, layer.storedBytes()));
        }
      }
      boolean tooMany = kept.size() + (fresh.isEmpty() ? 0 : 1) > Layer.MAX_PER_SEGMENT;
      boolean mostChanged = fresh.count() * 2 > now.blocks();
      return tooMany || mostChanged ? whole(now) : new Difference(kept, fresh);
    }
  }
}
