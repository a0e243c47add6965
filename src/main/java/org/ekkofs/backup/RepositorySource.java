package org.ekkofs.backup;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.ekkofs.disk.BackupDisk;
import org.ekkofs.disk.SegmentCache;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.manifest.SegmentTable;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.BackupPath;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.NotFoundException;
import org.ekkofs.model.TreeName;
import org.ekkofs.store.ObjectStore;
import org.jspecify.annotations.Nullable;

/** Another repository as a source for repairs; the backup asked for last stays open. */
final class RepositorySource implements RepairSource {
  private final Repository other;
  private final SegmentCache cache;
  private @Nullable BackupPath opened;
  private Optional<BackupDisk> disk = Optional.empty();

  RepositorySource(Repository other) {
    this.other = other;
    this.cache = SegmentCache.none(other.store());
  }

  @Override
  public String description() {
    return other.description();
  }

  @Override
  public Optional<ObjectStore> objects() {
    return Optional.of(other.store());
  }

  @Override
  public Optional<byte[]> bytes(TreeName tree, BackupName backup, long offset, int length) {
    BackupPath path = new BackupPath(tree, backup);
    if (!path.equals(opened)) {
      close(disk);
      disk = open(path);
      opened = path;
    }
    return disk.flatMap(found -> read(found, offset, length));
  }

  private Optional<BackupDisk> open(BackupPath path) {
    try {
      Tree tree = other.tree(path.tree());
      TrackedBackup backup = tree.find(path.name());
      return Optional.of(
          new BackupDisk(tree.keys(), tree.manifest(backup), new SegmentTable(), cache));
    } catch (NotFoundException | CorruptException notThere) {
      return Optional.empty();
    }
  }

  private static Optional<byte[]> read(BackupDisk disk, long offset, int length) {
    byte[] bytes = new byte[length];
    try {
      return disk.read(offset, ByteBuffer.wrap(bytes)) == length
          ? Optional.of(bytes)
          : Optional.empty();
    } catch (CorruptException damagedThereToo) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException("interrupted while repairing", e);
    }
  }

  private static void close(Optional<BackupDisk> disk) {
    disk.ifPresent(BackupDisk::close);
  }

  @Override
  public void close() {
    close(disk);
    cache.close();
    other.close();
  }
}
