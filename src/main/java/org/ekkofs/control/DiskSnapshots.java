package org.ekkofs.control;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.ekkofs.backup.Progress;
import org.ekkofs.backup.Repository;
import org.ekkofs.backup.SnapshotRequest;
import org.ekkofs.backup.Snapshots;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.Causes;
import org.ekkofs.model.FailedException;
import org.ekkofs.source.MountedBackups;
import org.ekkofs.source.SourceAddress;

/**
 * Takes snapshots of disks, wherever and in whatever form they are. Safe for use by many threads.
 */
public final class DiskSnapshots {
  /** A backup that was taken, and what was asked for, with its parent if that was found out. */
  public record Taken(SnapshotRequest request, TrackedBackup backup) {}

  private final Repository repository;
  private final Optional<Path> ownMount;

  /**
   * Snapshots into a repository.
   *
   * @param ownMount where this very process serves a mount, from which it must not read
   */
  public DiskSnapshots(Repository repository, Optional<Path> ownMount) {
    this.repository = repository;
    this.ownMount = ownMount;
  }

  /**
   * Says whether the disks could be opened now, without opening what takes a server to read it.
   *
   * @throws org.ekkofs.model.EkkofsException what is wrong with one
   */
  void check(Command.Snapshot command) {
    Sources sources = sources(command, remark -> {});
    command.disks().forEach(disk -> sources.check(disk, command.options()));
  }

  /**
   * Backs up what the command names. If this fails or is cancelled, no backup exists; but of
   * several disks of a machine those that did not fail are backed up, which a remark says.
   *
   * @param remarks told, a line each and before anything is read, what the user should know
   * @return the backups, committed and visible, in the command's order
   * @throws org.ekkofs.model.EkkofsException if it fails
   */
  public List<Taken> take(Command.Snapshot command, Progress progress, Consumer<String> remarks) {
    SourceDisk only = command.disks().get(0);
    if (only.source() instanceof SourceAddress.Machine machine) {
      return new MachineSnapshots(repository).take(machine.socket(), command, progress, remarks);
    }
    Sources sources = sources(command, remarks);
    Sources.Opened opened = sources.open(only, command.options());
    try (opened) {
      TrackedBackup backup =
          new Snapshots(repository).take(opened.disk(), opened.request(), progress);
      return List.of(new Taken(opened.request(), backup));
    }
  }

  private Sources sources(Command.Snapshot command, Consumer<String> remarks) {
    MountedBackups mounts = MountedBackups.now(ownMount);
    for (SourceDisk disk : command.disks()) {
      if (disk.source() instanceof SourceAddress.Image image) {
        refuseOwn(image.path(), mounts);
      }
    }
    return new Sources(new BasisFinder(repository), mounts, remarks);
  }

  private static void refuseOwn(Path path, MountedBackups mounts) {
    try {
      mounts.refuseOwn(mounts.resolve(path), path.toString());
    } catch (IOException e) {
      throw new FailedException(path + " cannot be found: " + Causes.of(e), e);
    }
  }
}
