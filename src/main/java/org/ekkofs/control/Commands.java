package org.ekkofs.control;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ekkofs.backup.DiskUse;
import org.ekkofs.backup.Progress;
import org.ekkofs.backup.Repository;
import org.ekkofs.backup.SnapshotRequest;
import org.ekkofs.log.Phase;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.BackupFigures;
import org.ekkofs.model.BackupPath;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.TreeName;
import org.ekkofs.source.SourceAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Checks and runs commands. Safe for use by many threads. */
public final class Commands {
  private static final Logger LOG = LoggerFactory.getLogger(Commands.class);

  /** Where changes are to show. */
  public interface Screen {
    /**
     * Looks for all that has changed.
     *
     * @throws EkkofsException if something could not be read; it stays as it was
     */
    void refresh();

    /**
     * Looks for what has changed in one tree.
     *
     * @throws EkkofsException if it could not be read; it stays as it was
     */
    void refresh(TreeName tree);
  }

  private final Repository repository;
  private final Screen screen;
  private final DiskSnapshots snapshots;
  private final DiskUse use;

  /**
   * Runs commands on a repository.
   *
   * @param screen told of every change, so that it shows, and of the refresh command
   * @param ownMount where this process serves the repository; it must not read from there itself
   * @param use who reads in this process, so that sweeps leave that alone
   */
  public Commands(Repository repository, Screen screen, Optional<Path> ownMount, DiskUse use) {
    this.repository = repository;
    this.screen = screen;
    this.snapshots = new DiskSnapshots(repository, ownMount);
    this.use = use;
  }

  /**
   * Says whether the command could succeed if it were run now: disks can be read, what it names
   * exists, what it makes does not. Asks the store.
   *
   * @throws EkkofsException what is wrong with it
   */
  public void check(Command command) {
    check(command, List.of());
  }

  /**
   * As {@link #check(Command)}, if it were run after other commands.
   *
   * @param before those, in their order
   */
  public void check(Command command, List<Command> before) {
    NamesAhead names = new NamesAhead(repository, before);
    if (command instanceof Command.Snapshot snapshot) {
      checkSnapshot(snapshot, names);
    } else if (command instanceof Command.Delete delete) {
      names.requireDeletable(delete.backup());
    } else if (command instanceof Command.Protect protect) {
      names.requireVisible(protect.backup());
    } else if (command instanceof Command.Unprotect unprotect) {
      names.requireVisible(unprotect.backup());
    } else if (command instanceof Command.Sweep sweep) {
      sweep.tree().ifPresent(names::requireTree);
    } else if (command instanceof Command.Undelete undelete) {
      names.requireHidden(undelete.backup());
      names.requireFree(restored(undelete));
    }
  }

  private void checkSnapshot(Command.Snapshot snapshot, NamesAhead names) {
    requireAbsolute(snapshot);
    snapshots.check(snapshot);
    for (SourceDisk disk : snapshot.disks()) {
      SnapshotRequest request = disk.request();
      request
          .parent()
          .ifPresent(
              parent -> names.requireVisible(new BackupPath(request.target().tree(), parent)));
      names.requireFree(request.target());
    }
  }

  /** The working directory of a mount means nothing to whoever writes into it. */
  private static void requireAbsolute(Command.Snapshot snapshot) {
    for (SourceDisk disk : snapshot.disks()) {
      if (disk.source() instanceof SourceAddress.Image image) {
        requireAbsolute(image.path());
      } else if (disk.source() instanceof SourceAddress.Machine machine) {
        requireAbsolute(machine.socket());
      }
    }
    snapshot.options().allowedBacking().forEach(Commands::requireAbsolute);
    snapshot.options().secretFile().ifPresent(Commands::requireAbsolute);
    snapshot.live().agent().ifPresent(Commands::requireAbsolute);
    requireAbsolute(snapshot.live().scratch());
  }

  private static void requireAbsolute(Path path) {
    if (!path.isAbsolute()) {
      throw new InvalidException("\"" + path + "\" must be a path from the root: begin it with /");
    }
  }

  /** What an undeleted backup will be called. */
  static BackupPath restored(Command.Undelete undelete) {
    BackupPath path = undelete.backup();
    return new BackupPath(path.tree(), undelete.as().orElse(path.name()));
  }

  /**
   * Runs a command to its end.
   *
   * @return one line for people: what was done, with figures
   * @throws EkkofsException if it failed, or was cancelled by the progress or by an interrupt
   */
  public String run(Command command, Progress progress) {
    if (command instanceof Command.Snapshot snapshot) {
      return snapshot(snapshot, progress);
    } else if (command instanceof Command.Delete delete) {
      return delete(delete.backup());
    } else if (command instanceof Command.Undelete undelete) {
      return undelete(undelete);
    } else if (command instanceof Command.Protect protect) {
      return protect(protect.backup());
    } else if (command instanceof Command.Unprotect unprotect) {
      return unprotect(unprotect.backup());
    } else if (command instanceof Command.Sweep sweep) {
      return new SweepTrees(repository, use).run(sweep, progress);
    }
    screen.refresh();
    return "refreshed";
  }

  private String snapshot(Command.Snapshot command, Progress progress) {
    requireAbsolute(command);
    Instant begun = repository.clock().instant();
    List<String> remarks = new ArrayList<>();
    List<String> said = new ArrayList<>();
    for (DiskSnapshots.Taken taken : snapshots.take(command, progress, remarks::add)) {
      BackupPath target = taken.request().target();
      show(target);
      said.add(summary(target, figures(taken.backup())));
    }
    said.add("took " + Units.time(Duration.between(begun, repository.clock().instant())));
    remarks.forEach(remark -> said.add("warning: " + remark));
    return String.join("; ", said);
  }

  private static BackupFigures figures(TrackedBackup backup) {
    if (!(backup.phase() instanceof Phase.Committed committed)) {
      throw new IllegalStateException("taken and not committed: " + backup);
    }
    return committed.commit().figures();
  }

  /** What a snapshot came to, in a line for people. */
  public static String summary(BackupPath backup, BackupFigures figures) {
    return "%s: %s of data on a disk of %s; %s were new, stored as %s"
        .formatted(
            backup,
            Units.bytes(figures.dataBytes()),
            Units.bytes(figures.diskBytes()),
            Units.bytes(figures.newBytes()),
            Units.bytes(figures.storedBytes()));
  }

  private String delete(BackupPath path) {
    repository.tree(path.tree()).delete(path.name());
    show(path);
    return path + ": deleted; undelete brings it back";
  }

  private String undelete(Command.Undelete command) {
    BackupPath path = command.backup();
    BackupPath restored = restored(command);
    repository.tree(path.tree()).undelete(path.name(), restored.name());
    show(restored);
    return restored + ": back";
  }

  private String protect(BackupPath path) {
    repository.tree(path.tree()).protect(path.name());
    show(path);
    return path + ": protected; unprotect lifts that";
  }

  private String unprotect(BackupPath path) {
    repository.tree(path.tree()).unprotect(path.name());
    show(path);
    return path + ": no longer protected";
  }

  /** The change is made already, so that it cannot be shown yet must not look as if it failed. */
  private void show(BackupPath changed) {
    try {
      screen.refresh(changed.tree());
    } catch (EkkofsException e) {
      LOG.warn("a change that was made does not show yet: {}", e.getMessage());
    }
  }
}
