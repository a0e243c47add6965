package org.ekkofs.disk;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.ekkofs.manifest.Manifest;
import org.ekkofs.manifest.SegmentTable;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.DiskGeometry;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.SegmentEntry;
import org.ekkofs.model.SegmentIndex;
import org.ekkofs.store.TreeKeys;
import org.jspecify.annotations.Nullable;

/**
 * A backup as the disk it was taken of. Every byte was verified before it is given out; what is
 * missing or damaged is an error and never zeros. Safe for use by many threads.
 */
public final class BackupDisk implements AutoCloseable {
  /** What {@link #readNow} answers when the bytes are not on this machine. */
  public static final int NOT_NOW = -1;

  private final TreeKeys keys;
  private final Manifest manifest;
  private final SegmentTable table;
  private final SegmentCache cache;
  private final DiskGeometry geometry;
  private final DataRuns runs;
  private volatile boolean manifestDamaged;

  /**
   * The disk a manifest describes.
   *
   * @param manifest closed with this disk
   */
  public BackupDisk(TreeKeys keys, Manifest manifest, SegmentTable table, SegmentCache cache) {
    this.keys = keys;
    this.manifest = manifest;
    this.table = table;
    this.cache = cache;
    this.geometry = manifest.meta().geometry();
    this.runs = new DataRuns(manifest);
  }

  /** Size and segments. */
  public DiskGeometry geometry() {
    return geometry;
  }

  /** How many of its segments are worth being fetched at once. */
  int atOnce() {
    return cache.atOnce(geometry);
  }

  /**
   * Reads, waiting for the store where it must.
   *
   * @return how many bytes were read: fewer than the target had room for only at the disk's end
   * @throws CorruptException if what is stored is missing or damaged
   * @throws org.ekkofs.model.StoreUnavailableException if the store could not be asked
   */
  public int read(long offset, ByteBuffer target) throws InterruptedException {
    int count = clip(offset, target.remaining());
    List<Part> parts = parts(offset, count);
    for (Part part : parts) {
      part.request();
    }
    for (Part part : parts) {
      part.read(target);
    }
    return count;
  }

  /**
   * Reads if everything needed is on this machine; never waits for the store.
   *
   * @return as {@link #read}, or {@link #NOT_NOW} and the target is as it was
   */
  public int readNow(long offset, ByteBuffer target) {
    int count = clip(offset, target.remaining());
    int start = target.position();
    for (long position = offset; position < offset + count; ) {
      SegmentIndex segment = geometry.segmentAt(position);
      int from = (int) (position - geometry.offset(segment));
      int part = (int) Math.min(geometry.length(segment) - from, offset + count - position);
      if (!readNow(segment, from, part, target)) {
        target.position(start);
        return NOT_NOW;
      }
      position += part;
    }
    return count;
  }

  private boolean readNow(SegmentIndex segment, int from, int count, ByteBuffer target) {
    Optional<SegmentEntry> entry = entry(segment);
    if (entry.isEmpty()) {
      Zeros.fill(target, count);
      return true;
    }
    return cache.readNow(entry.get().digest(), from, count, target);
  }

  /** A part of a read that lies in one segment. */
  private final class Part {
    private final Optional<SegmentEntry> entry;
    private final int from;
    private final int count;
    private @Nullable Fetched fetched;

    Part(SegmentIndex segment, int from, int count) {
      this.entry = entry(segment);
      this.from = from;
      this.count = count;
    }

    void request() {
      if (entry.isPresent() && !cache.has(entry.get().digest())) {
        fetched = fetch(entry.get());
      }
    }

    void read(ByteBuffer target) throws InterruptedException {
      if (entry.isEmpty()) {
        Zeros.fill(target, count);
      } else if (fetched != null) {
        fetched.data().read(from, count, target);
      } else if (!cache.readNow(entry.get().digest(), from, count, target)) {
        fetch(entry.get()).data().read(from, count, target);
      }
    }
  }

  private List<Part> parts(long offset, int count) {
    List<Part> parts = new ArrayList<>();
    long end = offset + count;
    for (long position = offset; position < end; ) {
      SegmentIndex segment = geometry.segmentAt(position);
      int from = (int) (position - geometry.offset(segment));
      int part = (int) Math.min(geometry.length(segment) - from, end - position);
      parts.add(new Part(segment, from, part));
      position += part;
    }
    return parts;
  }

  private int clip(long offset, int wanted) {
    return (int) Math.max(0, Math.min(wanted, geometry.diskBytes() - offset));
  }

  private Optional<SegmentEntry> entry(SegmentIndex segment) {
    return fromManifest(() -> table.page(manifest, segment).find(segment));
  }

  private <T> T fromManifest(Supplier<T> question) {
    try {
      return question.get();
    } catch (EkkofsException e) {
      manifestDamaged = true;
      throw e;
    }
  }

  /**
   * Whether the local copy of the manifest could not be read at some time, though it was whole when
   * it was opened. Opened once more, it is fetched again.
   */
  public boolean isManifestDamaged() {
    return manifestDamaged;
  }

  /** Has a segment fetched, and holds it whatever the cache thinks of it. */
  Fetched fetch(SegmentEntry entry) {
    return request(entry, true);
  }

  private Fetched request(SegmentEntry entry, boolean wanted) {
    return new Fetched(entry, cache.fetch(this, keys, geometry, entry, wanted));
  }

  /** A segment that is being fetched. */
  final class Fetched {
    private final SegmentEntry entry;
    private CompletableFuture<SegmentData> result;

    private Fetched(SegmentEntry entry, CompletableFuture<SegmentData> result) {
      this.entry = entry;
      this.result = result;
    }

    SegmentEntry entry() {
      return entry;
    }

    /** Waits for the segment; if whoever fetched it ahead has lost interest, fetches it anew. */
    SegmentData data() throws InterruptedException {
      while (true) {
        try {
          return result.get();
        } catch (CancellationException forgotten) {
          result = request(entry, true).result;
        } catch (ExecutionException e) {
          if (!(e.getCause() instanceof CancellationException)) {
            throw e.getCause() instanceof EkkofsException known
                ? known
                : new FailedException("reading a segment failed: " + e.getCause(), e);
          }
          result = request(entry, true).result;
        }
      }
    }

    /** Waits for the segment and reads all of it. */
    void read(ByteBuffer target) throws InterruptedException {
      data().read(0, geometry.length(entry.segment()), target);
    }
  }

  /**
   * Has the segment fetched into the cache if it is not there, without waiting for it.
   *
   * @return completed when it is at hand, or could not be had
   */
  public CompletableFuture<?> prefetch(SegmentIndex segment) {
    return entry(segment)
        .filter(entry -> !cache.has(entry.digest()))
        .map(entry -> request(entry, false).result)
        .orElseGet(() -> CompletableFuture.completedFuture(null));
  }

  /**
   * The first offset at or after this one where there is data that is not zero, by whole blocks;
   * empty if there is none up to the end.
   */
  public OptionalLong nextData(long offset) {
    return fromManifest(() -> runs.nextData(offset));
  }

  /** The first offset at or after this one that lies in a hole; the end of the disk is one. */
  public long nextHole(long offset) {
    return fromManifest(() -> runs.nextHole(offset));
  }

  @Override
  public void close() {
    cache.forgetAhead(this);
    table.forget(manifest);
    manifest.close();
  }
}
