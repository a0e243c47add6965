package org.ekkofs.vfs;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.ekkofs.backup.LocalCopies;
import org.ekkofs.disk.BackupDisk;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.DiskGeometry;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.SegmentIndex;

/** A backup that is being read. */
final class OpenBackup implements OpenFile {
  /** How many bytes are read before the filler hears of them. */
  private static final long TELL_BYTES = 4 << 20;

  private final BackupNode node;
  private final DiskPool.Lease lease;
  private final ReadAhead readAhead;
  private final Prefetcher.Line prefetcher;

  /** Where the reads begin that could not be answered at once and will be asked for again. */
  private final Set<Long> waiting = ConcurrentHashMap.newKeySet();

  private volatile boolean closed;
  private final AtomicLong untold = new AtomicLong();

  /** Whether the kernel would have read a copy, had there been one. */
  private volatile boolean copyMissed;

  /** Taken when it is first asked for; guarded by this object's lock. */
  private Optional<LocalCopies.Lease> copy = Optional.empty();

  OpenBackup(BackupNode node, DiskPool.Lease lease, Prefetcher prefetcher) {
    this.node = node;
    this.lease = lease;
    this.readAhead = new ReadAhead(lease.disk().geometry(), prefetcher.aheadBytes());
    this.prefetcher = prefetcher.line(this::fetchNext);
  }

  @Override
  public boolean immutable() {
    return true;
  }

  @Override
  public synchronized Optional<LocalCopy> localCopy() {
    copy = copy.or(node::copy);
    copyMissed = copy.isEmpty();
    return copy.map(OpenCopy::new);
  }

  @Override
  public int readNow(long offset, ByteBuffer target) {
    BackupDisk disk = disk(offset);
    int count = target.remaining();
    int start = target.position();
    int got = WOULD_BLOCK;
    try {
      got = disk.readNow(offset, target);
    } catch (EkkofsException askedAgain) {
      // By read, which can also renew what was damaged on this machine.
      target.position(start);
    }
    if (got == WOULD_BLOCK) {
      waiting.add(offset);
    }
    tell(got);
    if (readAhead.reading(offset, count, got == WOULD_BLOCK)) {
      prefetcher.go();
    }
    return got;
  }

  @Override
  public int read(long offset, ByteBuffer target) throws InterruptedException {
    BackupDisk disk = disk(offset);
    if (!waiting.remove(offset)) {
      int got = readNow(offset, target);
      if (got != WOULD_BLOCK) {
        return got;
      }
      waiting.remove(offset);
    }
    int start = target.position();
    int got = with(disk, sound -> sound.read(offset, target.position(start)));
    tell(got);
    return got;
  }

  /** A use of the disk. */
  private interface Use<T> {
    T of(BackupDisk disk) throws InterruptedException;
  }

  private <T> T with(BackupDisk disk, Use<T> use) throws InterruptedException {
    try {
      try {
        return use.of(disk);
      } catch (EkkofsException e) {
        if (!disk.isManifestDamaged()) {
          throw e;
        }
        return use.of(lease.renew(disk));
      }
    } catch (CorruptException e) {
      node.damaged(e);
      throw e;
    }
  }

  private void tell(int count) {
    if (copyMissed && count > 0 && untold.addAndGet(count) >= TELL_BYTES) {
      node.read(untold.getAndSet(0));
    }
  }

  private BackupDisk disk(long offset) {
    BackupDisk disk = lease.disk();
    if (offset < 0) {
      throw new ErrnoException(Errno.EINVAL);
    }
    return disk;
  }

  private Optional<CompletableFuture<?>> fetchNext() {
    try {
      Optional<ReadAhead.Wish> wish = readAhead.wish();
      while (!closed && wish.isPresent()) {
        BackupDisk disk = lease.disk();
        long segment = segmentWithData(disk, wish.get().from());
        if (readAhead.take(wish.get(), segment)) {
          return Optional.of(fetch(disk, segment));
        }
        wish = readAhead.wish();
      }
      return Optional.empty();
    } catch (EkkofsException | ErrnoException e) {
      // Nobody has asked for these bytes; whoever does meets the same and is told.
      return Optional.empty();
    }
  }

  private CompletableFuture<?> fetch(BackupDisk disk, long segment) {
    CompletableFuture<?> fetch = disk.prefetch(new SegmentIndex(segment));
    return fetch.thenRun(() -> readAhead.arrived(segment));
  }

  /**
   * The first segment at or after this one that is not all zero; past the last if there is none.
   */
  private static long segmentWithData(BackupDisk disk, long from) {
    DiskGeometry geometry = disk.geometry();
    OptionalLong data = disk.nextData(geometry.offset(new SegmentIndex(from)));
    return data.isPresent() ? geometry.segmentAt(data.getAsLong()).value() : geometry.segments();
  }

  @Override
  public long seek(long offset, Seek what) {
    BackupDisk disk = seekable(offset);
    try {
      return with(disk, sound -> seek(sound, offset, what));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ErrnoException(Errno.EIO);
    }
  }

  @Override
  public long seekNow(long offset, Seek what) {
    BackupDisk disk = seekable(offset);
    try {
      return seek(disk, offset, what);
    } catch (EkkofsException askedAgain) {
      // By seek, which can also renew what was damaged on this machine.
      return WOULD_BLOCK;
    }
  }

  private BackupDisk seekable(long offset) {
    BackupDisk disk = lease.disk();
    if (offset < 0 || offset >= disk.geometry().diskBytes()) {
      throw new ErrnoException(Errno.ENXIO);
    }
    return disk;
  }

  private long seek(BackupDisk disk, long offset, Seek what) {
    if (what == Seek.HOLE) {
      return disk.nextHole(offset);
    }
    long data = disk.nextData(offset).orElseThrow(() -> new ErrnoException(Errno.ENXIO));
    readAhead.skipping(offset, data);
    return data;
  }

  @Override
  public synchronized void close() {
    closed = true;
    copy.ifPresent(LocalCopies.Lease::close);
    lease.close();
  }
}
