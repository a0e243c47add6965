package org.ekkofs.disk;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.ekkofs.format.Chunk;
import org.ekkofs.manifest.Manifest;
import org.ekkofs.manifest.SegmentTable;
import org.ekkofs.model.BlockMask;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.DiskGeometry;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.Layer;
import org.ekkofs.model.SegmentEntry;
import org.ekkofs.model.SegmentIndex;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.store.TreeKeys;

/**
 * A backup as the disk it was taken of. Every byte was verified before it is given out; what is
 * missing or damaged is an error and never zeros. Safe for use by many threads.
 */
public final class BackupDisk implements AutoCloseable {
  /** What {@link #readNow} answers when the bytes are not in memory. */
  public static final int NOT_NOW = -1;

  private final TreeKeys keys;
  private final Manifest manifest;
  private final SegmentTable table;
  private final ChunkCache cache;
  private final DiskGeometry geometry;

  /**
   * The disk a manifest describes.
   *
   * @param manifest closed with this disk
   */
  public BackupDisk(TreeKeys keys, Manifest manifest, SegmentTable table, ChunkCache cache) {
    this.keys = keys;
    this.manifest = manifest;
    this.table = table;
    this.cache = cache;
    this.geometry = manifest.meta().geometry();
  }

  /** Size and segments. */
  public DiskGeometry geometry() {
    return geometry;
  }

  /**
   * Reads, waiting for the store where it must.
   *
   * @return how many bytes were read: fewer than the target had room for only at the disk's end
   * @throws org.ekkofs.model.CorruptException if what is stored is missing or damaged
   * @throws org.ekkofs.model.StoreUnavailableException if the store could not be asked
   */
  public int read(long offset, ByteBuffer target) throws InterruptedException {
    int count = clip(offset, target.remaining());
    List<Part> parts = parts(offset, count);
    List<List<CompletableFuture<Chunk>>> chunks = parts.stream().map(this::request).toList();
    for (int index = 0; index < parts.size(); index++) {
      copy(parts.get(index), await(chunks.get(index)), target);
    }
    return count;
  }

  /**
   * Reads if everything needed is in memory; never waits.
   *
   * @return as {@link #read}, or {@link #NOT_NOW} and the target is as it was
   */
  public int readNow(long offset, ByteBuffer target) {
    int count = clip(offset, target.remaining());
    int start = target.position();
    for (long position = offset; position < offset + count; ) {
      Part part = part(position, offset + count);
      if (!copyNow(part, target)) {
        target.position(start);
        return NOT_NOW;
      }
      position += part.count();
    }
    return count;
  }

  private boolean copyNow(Part part, ByteBuffer target) {
    Optional<SegmentTable.Page> page = table.pageIfPresent(manifest, part.segment());
    if (page.isEmpty()) {
      return false;
    }
    Optional<SegmentEntry> entry = page.get().find(part.segment());
    if (entry.isEmpty()) {
      Zeros.fill(target, part.count());
      return true;
    }
    List<Chunk> chunks = new ArrayList<>();
    for (Layer layer : entry.get().layers()) {
      Optional<Chunk> chunk = cache.getNow(keys, layer);
      if (chunk.isEmpty()) {
        return false;
      }
      chunks.add(chunk.get());
    }
    try {
      Segment.of(geometry, entry.get(), chunks).copy(part.from(), part.count(), target);
      return true;
    } catch (CorruptException e) {
      return false;
    }
  }

  /** A part of a read that lies in one segment. */
  private record Part(SegmentIndex segment, int from, int count) {}

  private Part part(long position, long end) {
    SegmentIndex segment = geometry.segmentAt(position);
    int from = (int) (position - geometry.offset(segment));
    return new Part(segment, from, (int) Math.min(geometry.length(segment) - from, end - position));
  }

  private List<Part> parts(long offset, int count) {
    List<Part> parts = new ArrayList<>();
    for (long position = offset; position < offset + count; ) {
      Part part = part(position, offset + count);
      parts.add(part);
      position += part.count();
    }
    return parts;
  }

  private int clip(long offset, int wanted) {
    return (int) Math.max(0, Math.min(wanted, geometry.diskBytes() - offset));
  }

  private Optional<SegmentEntry> entry(SegmentIndex segment) {
    return table.page(manifest, segment).find(segment);
  }

  private List<CompletableFuture<Chunk>> request(Part part) {
    return request(part.segment());
  }

  private List<CompletableFuture<Chunk>> request(SegmentIndex segment) {
    return entry(segment).map(this::request).orElse(List.of());
  }

  private List<CompletableFuture<Chunk>> request(SegmentEntry entry) {
    return entry.layers().stream()
        .map(layer -> cache.get(keys, geometry.segmentSize(), layer))
        .toList();
  }

  private void copy(Part part, List<Chunk> chunks, ByteBuffer target) throws InterruptedException {
    Optional<SegmentEntry> entry = entry(part.segment());
    if (entry.isEmpty()) {
      Zeros.fill(target, part.count());
    } else {
      segment(entry.get(), chunks).copy(part.from(), part.count(), target);
    }
  }

  /** Puts a segment together; if cached chunks do not fit, the store is asked before it is said. */
  private Segment segment(SegmentEntry entry, List<Chunk> chunks) throws InterruptedException {
    try {
      return Segment.of(geometry, entry, chunks);
    } catch (CorruptException e) {
      entry.layers().forEach(layer -> cache.forget(keys, layer));
      return Segment.of(geometry, entry, await(request(entry)));
    }
  }

  private static List<Chunk> await(List<CompletableFuture<Chunk>> futures)
      throws InterruptedException {
    List<Chunk> chunks = new ArrayList<>(futures.size());
    for (CompletableFuture<Chunk> future : futures) {
      try {
        chunks.add(future.get());
      } catch (ExecutionException e) {
        throw e.getCause() instanceof EkkofsException known
            ? known
            : new FailedException("reading a chunk failed: " + e.getCause(), e);
      }
    }
    return chunks;
  }

  /** Has a segment fetched, and holds it whatever the cache thinks of it. */
  Fetched fetch(SegmentEntry entry) {
    return new Fetched(entry, request(entry));
  }

  /** A segment that is being fetched. */
  final class Fetched {
    private final SegmentEntry entry;
    private final List<CompletableFuture<Chunk>> chunks;

    private Fetched(SegmentEntry entry, List<CompletableFuture<Chunk>> chunks) {
      this.entry = entry;
      this.chunks = chunks;
    }

    SegmentEntry entry() {
      return entry;
    }

    /** Waits for the segment and reads all of it. */
    void read(ByteBuffer target) throws InterruptedException {
      segment(entry, await(chunks)).copy(0, geometry.length(entry.segment()), target);
    }
  }

  /**
   * Has the segment fetched, without waiting for it.
   *
   * @return completed when it is at hand, or could not be had
   */
  public CompletableFuture<?> prefetch(SegmentIndex segment) {
    return CompletableFuture.allOf(request(segment).toArray(CompletableFuture<?>[]::new));
  }

  /**
   * The first offset at or after this one where there is data that is not zero, by whole blocks;
   * empty if there is none up to the end.
   */
  public OptionalLong nextData(long offset) {
    long position = offset;
    while (position < geometry.diskBytes()) {
      OptionalLong segment = manifest.next(geometry.segmentAt(position).value());
      if (segment.isEmpty()) {
        return OptionalLong.empty();
      }
      SegmentIndex index = new SegmentIndex(segment.getAsLong());
      position = Math.max(position, geometry.offset(index));
      int block = entry(index).orElseThrow().blocks().next(blockAt(position));
      if (block < SegmentSize.BLOCKS) {
        return OptionalLong.of(Math.max(position, blockOffset(index, block)));
      }
      position = geometry.offset(index) + geometry.segmentSize().bytes();
    }
    return OptionalLong.empty();
  }

  /** The first offset at or after this one that lies in a hole; the end of the disk is one. */
  public long nextHole(long offset) {
    long position = offset;
    while (position < geometry.diskBytes()) {
      SegmentIndex index = geometry.segmentAt(position);
      Optional<SegmentEntry> entry = entry(index);
      if (entry.isEmpty()) {
        return position;
      }
      int blocks = geometry.blocks(geometry.length(index));
      int block = holeIn(entry.get(), blocks, blockAt(position));
      if (block < blocks) {
        return Math.max(position, blockOffset(index, block));
      }
      position = geometry.offset(index) + geometry.segmentSize().bytes();
    }
    return geometry.diskBytes();
  }

  private static int holeIn(SegmentEntry entry, int blocks, int from) {
    return BlockMask.first(blocks).minus(entry.blocks()).next(from);
  }

  private int blockAt(long position) {
    return (int) (position % geometry.segmentSize().bytes()) / geometry.segmentSize().blockBytes();
  }

  private long blockOffset(SegmentIndex segment, int block) {
    return geometry.offset(segment) + (long) block * geometry.segmentSize().blockBytes();
  }

  @Override
  public void close() {
    table.forget(manifest);
    manifest.close();
  }
}
