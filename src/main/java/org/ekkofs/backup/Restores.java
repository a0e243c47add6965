package org.ekkofs.backup;

import java.nio.file.Path;
import org.ekkofs.log.TrackedBackup;

/** Writes backups back to disks. */
public final class Restores {
  private final Repository repository;

  /** Restores from a repository. */
  public Restores(Repository repository) {
    this.repository = repository;
  }

  /**
   * Writes a backup to a file, which is sparse where the disk was empty and appears whole or not at
   * all, or onto a block device.
   *
   * @throws org.ekkofs.model.AlreadyExistsException if the file exists and force was not asked for
   * @throws org.ekkofs.model.RefusedException if the device is in use, too small, or force was not
   *     asked for
   * @throws org.ekkofs.model.CorruptException if the backup is damaged, or what was written does
   *     not read back as it was written
   */
  public void restore(
      Tree tree,
      TrackedBackup backup,
      Path destination,
      RestoreOptions options,
      Progress progress) {
    throw new UnsupportedOperationException(repository + " " + tree + backup + destination);
  }
}
