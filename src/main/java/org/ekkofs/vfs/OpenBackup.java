package org.ekkofs.vfs;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.ekkofs.backup.LocalCopies;
import org.ekkofs.disk.BackupDisk;
import org.ekkofs.model.CorruptException;

/** A backup that is being read. */
final class OpenBackup implements OpenFile {
  /** How many bytes are read before the filler hears of them. */
  private static final long TELL_BYTES = 4 << 20;

  private final BackupNode node;
  private final DiskPool.Lease lease;
  private final Prefetcher prefetcher;
  private final ReadAhead readAhead;
  private final AtomicLong untold = new AtomicLong();

  /** Whether the kernel would have read a copy, had there been one. */
  private volatile boolean copyMissed;

  /** Taken when it is first asked for; guarded by this object's lock. */
  private Optional<LocalCopies.Lease> copy = Optional.empty();

  OpenBackup(BackupNode node, DiskPool.Lease lease, Prefetcher prefetcher) {
    this.node = node;
    this.lease = lease;
    this.prefetcher = prefetcher;
    this.readAhead = new ReadAhead(lease.disk().geometry());
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
    BackupDisk disk = prepare(offset, target);
    try {
      int count = disk.readNow(offset, target);
      tell(count);
      return count;
    } catch (CorruptException e) {
      node.damaged(e);
      throw e;
    }
  }

  @Override
  public int read(long offset, ByteBuffer target) throws InterruptedException {
    BackupDisk disk = prepare(offset, target);
    try {
      int count = disk.read(offset, target);
      tell(count);
      return count;
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

  private BackupDisk prepare(long offset, ByteBuffer target) {
    BackupDisk disk = lease.disk();
    if (offset < 0) {
      throw new ErrnoException(Errno.EINVAL);
    }
    if (offset < disk.geometry().diskBytes()) {
      prefetcher.prefetch(disk, readAhead.reading(offset, target.remaining()));
    }
    return disk;
  }

  @Override
  public long seek(long offset, Seek what) {
    BackupDisk disk = lease.disk();
    if (offset < 0 || offset >= disk.geometry().diskBytes()) {
      throw new ErrnoException(Errno.ENXIO);
    }
    try {
      if (what == Seek.HOLE) {
        return disk.nextHole(offset);
      }
      OptionalLong data = disk.nextData(offset);
      return data.orElseThrow(() -> new ErrnoException(Errno.ENXIO));
    } catch (CorruptException e) {
      node.damaged(e);
      throw e;
    }
  }

  @Override
  public synchronized void close() {
    copy.ifPresent(LocalCopies.Lease::close);
    lease.close();
  }
}
