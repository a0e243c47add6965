package org.ekkofs.simulation;

import java.nio.ByteBuffer;
import java.util.List;
import org.ekkofs.backup.Progress;
import org.ekkofs.backup.Repository;
import org.ekkofs.backup.SweepOptions;
import org.ekkofs.backup.Sweeps;
import org.ekkofs.backup.Tree;
import org.ekkofs.disk.BackupDisk;
import org.ekkofs.disk.SegmentCache;
import org.ekkofs.log.Phase;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.manifest.SegmentTable;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.SegmentSize;

/**
 * The quiet end of a run: what was delayed happens, the snapshots that nobody takes any more are
 * revoked, everything deleted is swept. Then every visible backup is read with the code that always
 * reads them, and nothing may be left that none of them needs.
 */
final class Settlement {
  private final World world;
  private final Machine machine;

  Settlement(World world, Machine machine) {
    this.world = world;
    this.machine = machine;
  }

  /** Settles; what is wrong is in {@link World#failure}. */
  void run() {
    world.note(() -> "settlement");
    try {
      world.calm();
      if (world.oracle.log().slot() > 0) {
        try (Repository repository =
            machine.open(new Process(world, new Actor("settler", world, machine, List.of())))) {
          settle(repository);
        }
      }
    } catch (Crash failedAlready) {
      world.failure().orElseThrow(() -> failedAlready);
    } catch (Loss | EkkofsException e) {
      world.fail(e);
    }
  }

  private void settle(Repository repository) {
    Tree tree = repository.tree(World.TREE);
    List<TrackedBackup> open = tree.all().stream().filter(TrackedBackup::isOpen).toList();
    open.forEach(backup -> tree.revoke(backup.name(), true));
    new Sweeps(repository).sweep(tree, SweepOptions.DEFAULT.now(), Progress.NONE);
    compareWithLog(tree.all());
    readBack(tree);
    world.oracle.checkNothingLeft();
  }

  private void compareWithLog(List<TrackedBackup> backups) {
    if (backups.size() != world.oracle.log().entries().size()) {
      throw new Loss("the log has other backups than " + backups);
    }
    for (TrackedBackup backup : backups) {
      LogModel.Entry entry = world.oracle.log().entry(backup.id()).orElseThrow();
      if (entry.stage != stage(backup.phase()) || !entry.name.equals(backup.name())) {
        throw new Loss("%s is %s to the oracle".formatted(backup, entry.stage));
      }
    }
  }

  private static LogModel.Stage stage(Phase phase) {
    if (phase instanceof Phase.Open) {
      return LogModel.Stage.OPEN;
    } else if (phase instanceof Phase.Visible) {
      return LogModel.Stage.VISIBLE;
    } else if (phase instanceof Phase.Hidden) {
      return LogModel.Stage.HIDDEN;
    } else if (phase instanceof Phase.Planned) {
      return LogModel.Stage.PLANNED;
    }
    return phase instanceof Phase.Swept ? LogModel.Stage.SWEPT : LogModel.Stage.REVOKED;
  }

  private void readBack(Tree tree) {
    try (SegmentCache cache = SegmentCache.none(world.content.store())) {
      for (TrackedBackup backup : tree.visible()) {
        try (BackupDisk disk =
            new BackupDisk(tree.keys(), tree.manifest(backup), new SegmentTable(), cache)) {
          readBack(backup, disk, world.oracle.disk(backup.id()));
        }
      }
    } catch (InterruptedException e) {
      throw new Loss("interrupted", e);
    }
  }

  private static void readBack(TrackedBackup backup, BackupDisk disk, SparseDisk expected)
      throws InterruptedException {
    if (!disk.geometry().equals(expected.geometry())) {
      throw new Loss(backup + " has " + disk.geometry());
    }
    ByteBuffer segment = ByteBuffer.allocate(SparseDisk.SIZE.bytes());
    int blockBytes = SparseDisk.SIZE.blockBytes();
    for (int number = 0; number < expected.segments(); number++) {
      segment.clear();
      disk.read((long) number * SparseDisk.SIZE.bytes(), segment);
      for (int block = 0; block < SegmentSize.BLOCKS; block++) {
        int at = number * SegmentSize.BLOCKS + block;
        if (!expected.holds(at, segment.slice(block * blockBytes, blockBytes))) {
          throw new Loss("block %d of %s reads wrong".formatted(at, backup));
        }
      }
    }
  }
}
