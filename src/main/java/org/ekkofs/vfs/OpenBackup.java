package org.ekkofs.vfs;

import java.nio.ByteBuffer;
import java.util.OptionalLong;
import org.ekkofs.disk.BackupDisk;
import org.ekkofs.model.CorruptException;

/** A backup that is being read. */
final class OpenBackup implements OpenFile {
  private final BackupNode node;
  private final DiskPool.Lease lease;
  private final Prefetcher prefetcher;
  private final ReadAhead readAhead;

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
  public int readNow(long offset, ByteBuffer target) {
    BackupDisk disk = prepare(offset, target);
    try {
      return disk.readNow(offset, target);
    } catch (CorruptException e) {
      node.damaged(e);
      throw e;
    }
  }

  @Override
  public int read(long offset, ByteBuffer target) throws InterruptedException {
    BackupDisk disk = prepare(offset, target);
    try {
      return disk.read(offset, target);
    } catch (CorruptException e) {
      node.damaged(e);
      throw e;
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
  public void close() {
    lease.close();
  }
}
