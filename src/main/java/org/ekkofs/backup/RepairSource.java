package org.ekkofs.backup;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.TreeName;
import org.ekkofs.source.DiskSource;
import org.ekkofs.store.ObjectStore;

/**
 * Where good content may be found for what is missing or damaged. Nothing it gives is believed
 * without a digest. For one thread.
 */
public interface RepairSource extends AutoCloseable {
  /** What to call it in messages. */
  String description();

  /** Objects that may be the same as those to be repaired; empty if it has none. */
  Optional<ObjectStore> objects();

  /**
   * What it has at some place of a backup's disk.
   *
   * @return so many bytes; empty if it has none there
   */
  Optional<byte[]> bytes(TreeName tree, BackupName backup, long offset, int length);

  @Override
  void close();

  /**
   * A disk: the one that was backed up, or a copy. It is asked for every backup alike.
   *
   * @param disk closed with the source
   */
  static RepairSource disk(DiskSource disk) {
    return new RepairSource() {
      @Override
      public String description() {
        return disk.description();
      }

      @Override
      public Optional<ObjectStore> objects() {
        return Optional.empty();
      }

      @Override
      public Optional<byte[]> bytes(TreeName tree, BackupName backup, long offset, int length) {
        if (offset > disk.size() - length) {
          return Optional.empty();
        }
        byte[] bytes = new byte[length];
        disk.read(offset, ByteBuffer.wrap(bytes));
        return Optional.of(bytes);
      }

      @Override
      public void close() {
        disk.close();
      }
    };
  }

  /**
   * Another repository: a copy of this one, or one with backups of the same names.
   *
   * @param other closed with the source
   */
  static RepairSource repository(Repository other) {
    return new RepositorySource(other);
  }
}
