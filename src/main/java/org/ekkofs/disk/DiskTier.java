package org.ekkofs.disk;

import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.ekkofs.model.Causes;
import org.ekkofs.model.Digest;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The segments that are kept on the local disk, in one file of extents with a directory beside it.
 * Each page is checked whenever it is read, so that a torn, damaged or missing one only costs a
 * read of the store; nothing that goes wrong here fails a read, and nothing needs to be durable.
 * When it is full, what was read once goes before what was read again after a while (see {@link
 * KeptSegments}): reading a disk through does not drive out what is needed every minute. Safe for
 * use by many threads; one thread of its own writes.
 */
public final class DiskTier implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DiskTier.class);

  /** The name of the file of extents. */
  static final String SEGMENTS = "segments";

  /** Uses of a segment within this time are one. */
  private static final long ONE_USE_NANOS = Duration.ofSeconds(10).toNanos();

  /** What waits to be written may take so much memory; beyond that it is not kept. */
  private static final long MAX_WAITING_BYTES = 32 << 20;

  private static final int CLOSE_SECONDS = 5;

  /** One part of the disk in so many is left free, but not more than this. */
  private static final int SPARED = 20;

  private static final long MAX_SPARED_BYTES = 1L << 30;

  /** What is remembered of each extent, which mostly are its checksums. */
  private static final int BYTES_IN_MEMORY = 96;

  private final TierFolder folder;
  private final FileStore disk;
  private final FileExtents data;
  private final FileExtents records;
  private final Directory directory;
  private final FreeExtents free;
  private final int capacity;
  private final KeptSegments<StoredSegment> kept;
  private final LongSupplier nanoTime;

  /** Nothing is the end. */
  private final BlockingQueue<Optional<SegmentData>> waiting = new LinkedBlockingQueue<>();

  private final AtomicLong waitingBytes = new AtomicLong();
  private final AtomicLong written = new AtomicLong();
  private final AtomicBoolean complained = new AtomicBoolean();
  private final Thread writer = new Thread(this::write, "ekkofs-cache");
  private volatile boolean ending;

  /** Used by the writer only, after opening. */
  private long nextNumber = 1;

  private DiskTier(TierFolder folder, long bytes, long maxMemory, LongSupplier nanoTime)
      throws IOException {
    this.folder = folder;
    this.disk = Files.getFileStore(folder.folder());
    this.nanoTime = nanoTime;
    this.capacity = (int) Math.min(bytes / Extents.BYTES, maxMemory / BYTES_IN_MEMORY);
    this.data = new FileExtents(folder.folder().resolve(SEGMENTS));
    this.records = new FileExtents(folder.folder().resolve("directory"));
    this.directory = new Directory(records);
    this.free = new FreeExtents(capacity);
    this.kept = new KeptSegments<>(capacity, stored -> stored.place().count());
  }

  /**
   * Opens a tier with what an earlier process has left.
   *
   * @param common the folder of all tiers of this repository on this host
   * @param bytes how much the segments may take; the directory takes one of 512 more
   * @param maxMemory how much what is remembered of them may take on Java's heap, about one byte
   *     for 700; it bounds the tier too
   * @throws IOException if nothing can be kept there
   */
  public static DiskTier open(Path common, long bytes, long maxMemory) throws IOException {
    return open(common, bytes, maxMemory, System::nanoTime);
  }

  static DiskTier open(Path common, long bytes, long maxMemory, LongSupplier nanoTime)
      throws IOException {
    TierFolder folder = TierFolder.take(common);
    try {
      DiskTier tier = new DiskTier(folder, bytes, maxMemory, nanoTime);
      tier.load();
      tier.writer.setDaemon(true);
      tier.writer.start();
      return tier;
    } catch (IOException | RuntimeException | Error e) {
      folder.close();
      throw e;
    }
  }

  private StoredSegment stored(SegmentShape shape, Place place, PageSums sums, long lastUse) {
    return new StoredSegment(data, shape, place, sums, this::complain, lastUse);
  }

  private void load() throws IOException {
    for (Directory.Entry entry : directory.read(capacity)) {
      nextNumber = Math.max(nextNumber, entry.first().number() + 1);
      if (free.take(entry.place().extents())) {
        long longAgo = nanoTime.getAsLong() - ONE_USE_NANOS;
        kept.add(
            entry.first().segment(),
            stored(entry.first().shape(), entry.place(), entry.sums(), longAgo));
      }
    }
    data.truncate(Math.min(data.length(), (long) capacity * Extents.BYTES));
    records.truncate(Math.min(records.length(), (long) capacity * DirectoryRecord.BYTES));
  }

  /**
   * Copies bytes of a segment, zeros included; reads the local disk.
   *
   * @return false if it is not here, shorter or damaged; then the target's position has not moved
   */
  boolean read(Digest digest, int from, int count, ByteBuffer target) {
    StoredSegment stored = find(digest);
    if (stored == null || from + count > stored.shape().length()) {
      return false;
    }
    int start = target.position();
    boolean read = stored.shape().copy(from, count, stored, target);
    VarHandle.acquireFence();
    if (read && !stored.isGone()) {
      return true;
    }
    target.position(start);
    if (!stored.isGone()
        && !Thread.currentThread().isInterrupted()
        && kept.remove(digest, stored)) {
      LOG.debug("a cached segment cannot be read or was changed: {}", digest);
      release(stored);
    }
    return false;
  }

  private @Nullable StoredSegment find(Digest digest) {
    StoredSegment stored = kept.get(digest);
    if (stored != null) {
      long now = nanoTime.getAsLong();
      if (now - stored.lastUse() >= ONE_USE_NANOS) {
        stored.usedAt(now);
        kept.used(digest);
      }
    }
    return stored;
  }

  boolean has(Digest digest) {
    return kept.get(digest) != null;
  }

  /** Takes a segment, to be written soon; not if too many wait already. */
  void put(SegmentData segment) {
    int bytes = segment.shape().dataBytes();
    if (ending || waitingBytes.get() + bytes > MAX_WAITING_BYTES) {
      return;
    }
    waitingBytes.addAndGet(bytes);
    waiting.add(Optional.of(segment));
  }

  private void write() {
    try {
      for (Optional<SegmentData> next = waiting.take(); next.isPresent(); next = waiting.take()) {
        waitingBytes.addAndGet(-next.get().shape().dataBytes());
        store(next.get());
      }
    } catch (InterruptedException told) {
      Thread.currentThread().interrupt();
    }
  }

  private void store(SegmentData segment) {
    if (has(segment.digest()) || isShortOfRoom(segment.shape().dataBytes())) {
      return;
    }
    Optional<int[]> room = room(Extents.forBytes(segment.shape().dataBytes()));
    if (room.isEmpty()) {
      return;
    }
    Place place = new Place(room.get());
    try {
      PageSums sums = PageSums.of(segment);
      write(segment.bytes(), place);
      directory.write(nextNumber++, segment, place, sums);
      kept.add(segment.digest(), stored(segment.shape(), place, sums, nanoTime.getAsLong()));
      complained.set(false);
      written.incrementAndGet();
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      // The next one may do better, so the writer goes on.
      free.give(place.extents());
      complain(e);
    }
  }

  /** The last of the disk is for manifests, without which nothing could be read at all. */
  private boolean isShortOfRoom(int bytes) {
    try {
      return disk.getUsableSpace() - bytes
          < Math.min(MAX_SPARED_BYTES, disk.getTotalSpace() / SPARED);
    } catch (IOException e) {
      complain(e);
      return true;
    }
  }

  private Optional<int[]> room(int count) {
    Optional<int[]> room = free.take(count);
    while (room.isEmpty() && count <= capacity) {
      Optional<StoredSegment> first = kept.removeFirst();
      if (first.isEmpty()) {
        break;
      }
      release(first.get());
      room = free.take(count);
    }
    return room;
  }

  private void write(ByteBuffer bytes, Place place) throws IOException {
    while (bytes.hasRemaining()) {
      int at = bytes.position();
      int part = place.run(at, bytes.limit() - at);
      data.write(place.position(at), bytes.duplicate().limit(at + part));
      bytes.position(at + part);
    }
  }

  private void release(StoredSegment stored) {
    stored.goes();
    free.give(stored.place().extents());
  }

  /** Says once what is wrong, and again when it has been right in between. */
  private void complain(Throwable cause) {
    if (!ending && complained.compareAndSet(false, true)) {
      LOG.warn(
          "the cache in {} is of limited use: {}",
          folder.folder(),
          cause instanceof IOException io ? Causes.of(io) : cause.toString());
    }
  }

  /** How many segments were written so far. */
  long written() {
    return written.get();
  }

  /** How much the tier may take in memory. */
  private long maxMemoryBytes() {
    return (long) capacity * BYTES_IN_MEMORY + MAX_WAITING_BYTES;
  }

  /**
   * Writes down, for others to see, how much it may take.
   *
   * @param otherMemoryBytes what the cache it belongs to may take in memory besides
   */
  void announce(long otherMemoryBytes) {
    try {
      TierUse.write(folder.folder(), capacityBytes(), maxMemoryBytes() + otherMemoryBytes);
    } catch (IOException e) {
      complain(e);
    }
  }

  /** How many bytes the segments may take. */
  public long capacityBytes() {
    return (long) capacity * Extents.BYTES;
  }

  /** Where it lies. */
  public Path folder() {
    return folder.folder();
  }

  /** Writes what waits, for some seconds at most, and gives the folder free. */
  @Override
  public void close() {
    ending = true;
    waiting.add(Optional.empty());
    try {
      writer.join(TimeUnit.SECONDS.toMillis(CLOSE_SECONDS));
      writer.interrupt();
      writer.join(TimeUnit.SECONDS.toMillis(1));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    data.close();
    records.close();
    folder.close();
  }
}
