package org.ekkofs.restore;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.ekkofs.backup.NewFile;
import org.ekkofs.backup.Progress;
import org.ekkofs.backup.Repository;
import org.ekkofs.backup.Tree;
import org.ekkofs.disk.FetchSettings;
import org.ekkofs.disk.SegmentCache;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.InvalidException;
import org.ekkofs.source.BlockDevices;
import org.ekkofs.vfs.BackupFileSystem;
import org.ekkofs.vfs.Owner;
import org.ekkofs.vfs.VfsOptions;

/**
 * Writes backups back as images. qemu-img writes them; it reads the backup from a {@link
 * PrivateMount}. Safe for use by many threads.
 */
public final class ImageRestore {
  private static final long MEMORY_BYTES = 128L << 20;
  private static final Duration NAMES_VALID = Duration.ofDays(1);

  private final Repository repository;
  private final Clock clock;
  private final QemuImg qemu;

  /** Restores from a repository, by the qemu-img that is installed. */
  public ImageRestore(Repository repository, Clock clock) {
    this(repository, clock, "qemu-img");
  }

  ImageRestore(Repository repository, Clock clock, String program) {
    this.repository = repository;
    this.clock = clock;
    this.qemu = new QemuImg(program);
  }

  /**
   * Writes a backup to an image, which appears whole or not at all. Its size is that of the disk,
   * rounded up to whole sectors of 512 bytes.
   *
   * @throws InvalidException if the image cannot be compressed, or the destination cannot be a file
   * @throws org.ekkofs.model.AlreadyExistsException if the file exists and force was not asked for
   * @throws org.ekkofs.model.CorruptException if the backup is damaged
   * @throws FailedException if the image cannot hold the disk, cannot be written, or is not equal
   *     to the backup afterwards; if there is no qemu-img
   */
  public void restore(
      Tree tree, TrackedBackup backup, Path destination, ImageOptions options, Progress progress) {
    List<String> making = Writing.words(options.format(), options.compress());
    if (BlockDevices.isBlockDevice(destination)) {
      throw new InvalidException(
          "%s is a block device, which takes a raw disk only".formatted(destination));
    }
    NewFile name = NewFile.at(destination, options.force());
    try {
      qemu.require();
      write(tree, backup, name, options, making, progress);
    } catch (InterruptedException e) {
      throw new CancelledException("the restore was interrupted", e);
    }
  }

  private void write(
      Tree tree,
      TrackedBackup backup,
      NewFile name,
      ImageOptions options,
      List<String> making,
      Progress progress)
      throws InterruptedException {
    try (SegmentCache cache = cache();
        BackupFileSystem disk =
            new BackupFileSystem(repository, tree, backup, cache, shownToThisUser());
        PartFolder part = PartFolder.make(name);
        PrivateMount mount = PrivateMount.of(disk)) {
      Conversion conversion =
          new Conversion(
              qemu,
              mount.file(BackupFileSystem.FILE),
              part.file(),
              name.path(),
              disk.diskBytes(),
              disk::failure,
              progress);
      conversion.write(options.format(), making);
      part.sync();
      if (options.verify()) {
        conversion.verify(options.format());
      }
      part.complete();
    }
  }

  private SegmentCache cache() {
    return new SegmentCache(
        repository.store(), FetchSettings.DEFAULT, MEMORY_BYTES, Optional.empty());
  }

  private VfsOptions shownToThisUser() {
    Owner owner = Owner.ofThisProcess();
    return new VfsOptions(
        owner.uid(),
        owner.gid(),
        0,
        NAMES_VALID,
        owner.uid(),
        owner.gid(),
        clock,
        Optional.empty());
  }
}
