package org.ekkofs.backup;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.ekkofs.format.ChunkCodec;
import org.ekkofs.format.SegmentHash;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.BlockMask;
import org.ekkofs.model.ChunkId;
import org.ekkofs.model.Digest;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.Layer;
import org.ekkofs.model.LogEvent;
import org.ekkofs.model.SegmentEntry;
import org.ekkofs.model.SegmentIndex;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.store.Body;
import org.ekkofs.store.ObjectStore;
import org.ekkofs.store.TreeKeys;
import org.jspecify.annotations.Nullable;

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

  /** Has blocks of a segment put into their places in its bytes. */
  @FunctionalInterface
  interface Rest {
    void read(SegmentIndex segment, BlockMask blocks, byte[] data);

    /** May read the others to see that they add up to these digests, and fails if they do not. */
    default void check(SegmentIndex segment, SegmentHash expected, byte[] data) {}
  }

  /** A segment as it was read, or blocks of it. Used by one thread after the other. */
  static final class Loaded {
    private final SegmentIndex index;
    private final byte[] data;
    private final int length;
    private final BlockMask changed;
    private final Rest rest;
    private final Consumer<byte[]> free;
    private final AtomicBoolean freed = new AtomicBoolean();
    private BlockMask read;

    /**
     * A whole segment.
     *
     * @param data begins with its bytes, which nobody changes until it is freed
     * @param free told once, when the bytes are no longer needed
     */
    Loaded(SegmentIndex index, byte[] data, int length, Consumer<byte[]> free) {
      this(index, data, length, BlockMask.first(Long.SIZE), (segment, blocks, bytes) -> {}, free);
    }

    /**
     * Those blocks of a segment that may differ from the parent's.
     *
     * @param changed which those are; only they are in the data
     * @param rest to read others by, if they are needed after all
     */
    Loaded(
        SegmentIndex index,
        byte[] data,
        int length,
        BlockMask changed,
        Rest rest,
        Consumer<byte[]> free) {
      this.index = index;
      this.data = data;
      this.length = length;
      this.changed = changed;
      this.rest = rest;
      this.free = free;
      this.read = changed;
    }

    private boolean isWhole(SegmentSize size) {
      return read.contains(BlockMask.first((length + size.blockBytes() - 1) / size.blockBytes()));
    }

    /** Makes sure that these blocks are there; gives those that had to be read. */
    private BlockMask require(BlockMask blocks) {
      BlockMask missing = blocks.minus(read);
      if (!missing.isEmpty()) {
        rest.read(index, missing, data);
        read = read.or(missing);
      }
      return missing;
    }

    /** Gives up the bytes, unless that was done. */
    void release() {
      if (freed.compareAndSet(false, true)) {
        free.accept(data);
      }
    }
  }

  /**
   * Stores what is new of a segment.
   *
   * @param inParent the parent's segment of the same number
   * @return the manifest's entry, once everything is stored; empty for a segment of zeros
   */
  CompletableFuture<Optional<SegmentEntry>> store(
      Loaded segment, Optional<SegmentEntry> inParent, SnapshotThreads threads) {
    return (segment.isWhole(settings.segmentSize())
            ? CompletableFuture.supplyAsync(() -> whole(segment), threads.workers())
            : before(segment, inParent, threads)
                .thenApplyAsync(before -> hash(segment, before), threads.workers()))
        .thenCompose(hash -> hashed(segment, hash, inParent, threads))
        .whenComplete((entry, failure) -> segment.release());
  }

  private SegmentHash whole(Loaded segment) {
    return SegmentHash.of(segment.data, segment.length, settings.segmentSize());
  }

  /** The digests of the parent's segment; empty if it is damaged. */
  private CompletableFuture<Optional<SegmentHash>> before(
      Loaded segment, Optional<SegmentEntry> inParent, SnapshotThreads threads) {
    return inParent.isEmpty()
        ? CompletableFuture.completedFuture(
            Optional.of(SegmentHash.zero(segment.length, settings.segmentSize())))
        : CompletableFuture.supplyAsync(
            () ->
                parent
                    .blockDigests(inParent.get())
                    .map(digests -> SegmentHash.ofBlocks(digests, inParent.get().blocks())),
            threads.store());
  }

  private SegmentHash hash(Loaded segment, Optional<SegmentHash> before) {
    if (before.isPresent()) {
      SegmentHash now =
          before.get().with(segment.data, segment.changed, segment.length, settings.segmentSize());
      segment.rest.check(segment.index, now, segment.data);
      return now;
    }
    segment.require(BlockMask.first(Long.SIZE));
    return whole(segment);
  }

  private CompletableFuture<Optional<SegmentEntry>> hashed(
      Loaded segment, SegmentHash hash, Optional<SegmentEntry> inParent, SnapshotThreads threads) {
    if (hash.isZero()) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    Optional<SegmentEntry> same = inParent.filter(entry -> entry.digest().equals(hash.digest()));
    CompletableFuture<List<Layer>> layers =
        same.isPresent()
            ? CompletableFuture.completedFuture(same.get().layers())
            : changed(segment, hash, inParent, threads);
    return layers.thenApply(
        found -> Optional.of(new SegmentEntry(segment.index, hash.digest(), found)));
  }

  private CompletableFuture<List<Layer>> changed(
      Loaded segment, SegmentHash hash, Optional<SegmentEntry> inParent, SnapshotThreads threads) {
    CompletableFuture<List<Layer>> mine = new CompletableFuture<>();
    CompletableFuture<List<Layer>> first = underWay.putIfAbsent(hash.digest(), mine);
    if (first != null) {
      segment.release();
      return first;
    }
    CompletableFuture.completedFuture(hash.digest())
        .thenCompose(
            digest ->
                known
                    .find(digest)
                    .map(CompletableFuture::completedFuture)
                    .orElseGet(() -> stored(segment, hash, inParent, threads)))
        .whenComplete((layers, failure) -> finish(hash.digest(), mine, layers, failure))
        .exceptionally(toldAlready -> List.of());
    return mine;
  }

  private void finish(
      Digest digest,
      CompletableFuture<List<Layer>> result,
      @Nullable List<Layer> layers,
      @Nullable Throwable failure) {
    if (layers != null) {
      underWay.remove(digest);
      result.complete(List.copyOf(layers));
    } else {
      result.completeExceptionally(Objects.requireNonNull(failure));
    }
  }

  /** Those who compute do not wait for what the store has to say of the parent. */
  private CompletableFuture<List<Layer>> stored(
      Loaded segment, SegmentHash hash, Optional<SegmentEntry> inParent, SnapshotThreads threads) {
    if (inParent.isEmpty()) {
      return put(segment, hash, Difference.whole(hash), threads);
    }
    return CompletableFuture.supplyAsync(() -> difference(inParent, hash), threads.store())
        .thenComposeAsync(difference -> put(segment, hash, difference, threads), threads.workers());
  }

  private CompletableFuture<List<Layer>> put(
      Loaded segment, SegmentHash hash, Difference difference, SnapshotThreads threads) {
    List<Layer> layers = new ArrayList<>(difference.kept());
    if (difference.stored().isEmpty()) {
      return CompletableFuture.completedFuture(remembered(segment, hash, layers));
    }
    require(segment, difference.stored(), hash);
    byte[] object = codec.encode(segment.data, segment.length, hash, difference.stored());
    segment.release();
    ChunkId chunk = new ChunkId(self, segment.index);
    layers.add(new Layer(chunk, difference.stored(), object.length));
    int room = threads.enter(object.length);
    return CompletableFuture.runAsync(
            () -> store.put(keys.chunk(chunk), Body.of(object)), threads.store())
        .whenComplete((done, failure) -> threads.leave(room))
        .thenApply(done -> remembered(segment, hash, layers));
  }

  /** A chunk must never hold other bytes than its digests say, so late ones are hashed as well. */
  private void require(Loaded segment, BlockMask blocks, SegmentHash hash) {
    BlockMask late = segment.require(blocks.and(BlockMask.first(hash.blocks())));
    if (late.isEmpty()) {
      return;
    }
    SegmentHash now = hash.with(segment.data, late, segment.length, settings.segmentSize());
    if (!now.digest().equals(hash.digest())) {
      throw new FailedException(
          "segment %s differs from the parent where nothing is said to have changed; leave out what names the changes, so that all of it is compared"
              .formatted(segment.index));
    }
  }

  private List<Layer> remembered(Loaded segment, SegmentHash hash, List<Layer> layers) {
    known.add(new SegmentEntry(segment.index, hash.digest(), layers));
    return layers;
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
