package org.ekkofs.backup;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.AlreadyExistsException;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.BackupPath;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.InvalidException;
import org.ekkofs.source.DiskSource;
import org.ekkofs.source.qmp.HeldDisk;
import org.ekkofs.source.qmp.LiveBackup;
import org.ekkofs.source.qmp.LiveDisk;
import org.ekkofs.source.qmp.LiveOptions;
import org.ekkofs.source.qmp.LiveStep;
import org.jspecify.annotations.Nullable;

/**
 * Takes snapshots of the disks of running machines, all as they were at one moment. Safe for use by
 * many threads, one a machine.
 */
public final class LiveSnapshots {
  private final Repository repository;

  /** Snapshots into a repository. */
  public LiveSnapshots(Repository repository) {
    this.repository = repository;
  }

  /** What one disk is to be compared with. */
  private record Parents(Sight sight, Optional<TrackedBackup> wanted) {
    /** Of some backups the newest that is visible, or the one that is wanted. */
    Optional<BackupId> newest(Set<BackupId> ids) {
      List<TrackedBackup> candidates =
          new ArrayList<>(wanted.map(List::of).orElseGet(sight::backups));
      Collections.reverse(candidates);
      return candidates.stream().map(TrackedBackup::id).filter(ids::contains).findFirst();
    }

    /** What to name as the parent; if the machine knows of none, the tree's newest. */
    Optional<TrackedBackup> of(HeldDisk disk) {
      Optional<BackupId> known = disk.parent().or(disk::known);
      List<TrackedBackup> all = sight.backups();
      return wanted
          .or(() -> all.stream().filter(one -> known.equals(Optional.of(one.id()))).findFirst())
          .or(() -> all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1)));
    }
  }

  /**
   * Backs up disks of a machine, one after the other into their trees. If one fails the others are
   * gone on with.
   *
   * @param monitor the socket of a QMP monitor that nobody else is connected to
   * @param remarks told, a line each and before anything is read, what the user should know
   * @return what came of each, in their order
   * @throws EkkofsException if none was begun; the machine is then as it was
   */
  public List<LiveResult> take(
      Path monitor,
      List<LiveRequest> requests,
      LiveOptions options,
      Progress progress,
      Consumer<String> remarks) {
    checkDistinct(requests);
    List<Parents> parents = requests.stream().map(request -> parents(request.snapshot())).toList();
    List<LiveDisk> disks = new ArrayList<>();
    for (int index = 0; index < requests.size(); index++) {
      disks.add(disk(requests.get(index), parents.get(index)));
    }
    try (LiveBackup backup = LiveBackup.begin(monitor, disks, options, this::reached)) {
      List<Taking> all = new ArrayList<>();
      for (int index = 0; index < requests.size(); index++) {
        HeldDisk disk = backup.disks().get(index);
        all.add(new Taking(backup, disk, requests.get(index), parents.get(index)));
      }
      all.forEach(taking -> taking.remark(remarks));
      return all.stream().map(taking -> taking.run(progress)).toList();
    }
  }

  private void reached(LiveStep step) {
    repository.reached(CrashPoint.of(step));
  }

  private LiveDisk disk(LiveRequest request, Parents parents) {
    BackupId id = request.snapshot().id().orElseGet(repository::newId);
    return new LiveDisk(request.node(), id, parents::newest);
  }

  private static void checkDistinct(List<LiveRequest> requests) {
    long targets = requests.stream().map(request -> request.snapshot().target()).distinct().count();
    if (targets < requests.size()) {
      throw new InvalidException("two disks cannot become the same backup");
    }
  }

  /** What can be known of a snapshot before the machine is touched. */
  private Parents parents(SnapshotRequest request) {
    Tree tree = repository.treeOrNew(request.target().tree());
    tree.revokeDead();
    Optional<TrackedBackup> wanted = request.parent().map(tree::find);
    tree.visible();
    Sight sight = tree.sight();
    if (sight.backups().stream().anyMatch(one -> one.name().equals(request.target().name()))) {
      throw new AlreadyExistsException(
          "there is a backup \"%s\" already".formatted(request.target()));
    }
    return new Parents(sight, wanted);
  }

  /** One disk. */
  private final class Taking {
    private final LiveBackup backup;
    private final HeldDisk disk;
    private final LiveRequest request;
    private final Optional<TrackedBackup> parent;

    Taking(LiveBackup backup, HeldDisk disk, LiveRequest request, Parents parents) {
      this.backup = backup;
      this.disk = disk;
      this.request = request;
      this.parent = parents.of(disk);
    }

    void remark(Consumer<String> remarks) {
      disk.whyAll()
          .ifPresent(
              why ->
                  remarks.accept(
                      "disk %s: all of it is read, as %s%s"
                          .formatted(
                              request.node(),
                              why,
                              parent.map(one -> "; it is compared with " + path(one)).orElse(""))));
    }

    private BackupPath path(TrackedBackup one) {
      return new BackupPath(request.snapshot().target().tree(), one.name());
    }

    LiveResult run(Progress progress) {
      boolean committed = false;
      Throwable failure = null;
      try (DiskSource source = backup.open(disk)) {
        SnapshotRequest snapshot = snapshot();
        TrackedBackup taken = new Snapshots(repository).take(source, snapshot, progress);
        committed = true;
        return new LiveResult.Taken(snapshot, taken);
      } catch (EkkofsException e) {
        failure = e;
        return new LiveResult.Failed(request, e);
      } finally {
        release(committed, failure);
      }
    }

    private SnapshotRequest snapshot() {
      SnapshotRequest snapshot = request.snapshot().withId(disk.wish().backup());
      return parent.map(one -> snapshot.withParent(one.name(), one.id())).orElse(snapshot);
    }

    private void release(boolean committed, @Nullable Throwable failure) {
      try {
        backup.release(disk, committed);
      } catch (EkkofsException e) {
        if (failure == null) {
          throw e;
        }
        failure.addSuppressed(e);
      }
    }
  }
}
