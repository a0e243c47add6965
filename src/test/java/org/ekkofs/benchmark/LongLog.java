package org.ekkofs.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.ekkofs.backup.LocalState;
import org.ekkofs.backup.Progress;
import org.ekkofs.backup.Repository;
import org.ekkofs.backup.SnapshotRequest;
import org.ekkofs.backup.Snapshots;
import org.ekkofs.backup.Surroundings;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.BackupPath;
import org.ekkofs.model.TreeName;
import org.ekkofs.store.ObjectStore;
import org.ekkofs.store.folder.FolderObjectStore;
import org.ekkofs.testing.BigTree;
import org.ekkofs.testing.ModelDisk;
import org.ekkofs.testing.SlowObjectStore;

/** How long it takes to know a tree of 10,000 backups, from nothing, a checkpoint, a catalog. */
final class LongLog implements Work.Measurement {
  private static final int BACKUPS = 10_000;
  private static final TreeName TREE = new TreeName("big");
  private static final int[] DISTANCES = {0, 20};
  private static final Goal SECONDS = Goal.atMost(2);

  @Override
  public void run(Lab lab, Report report) throws IOException, InterruptedException {
    Path folder = lab.unused("long-log");
    report.say("making a tree of " + BACKUPS + " backups");
    try (ObjectStore store = FolderObjectStore.create(folder)) {
      Repository.init(store, Clock.systemUTC());
      BigTree.write(store, TREE, BACKUPS, 0);
    }
    for (int distance : DISTANCES) {
      add(report, "all records", distance, whole(lab, folder, distance), Goal.NONE);
    }
    writeCheckpoint(lab, folder);
    for (int distance : DISTANCES) {
      Samples fresh = new Samples();
      Samples warm = new Samples();
      for (int run = 0; run < lab.options().runs(); run++) {
        Path local = lab.unused("local");
        fresh.add(seconds(folder, local, distance));
        warm.add(seconds(folder, local, distance));
      }
      add(report, "a checkpoint", distance, fresh, SECONDS);
      add(report, "the catalog", distance, warm, SECONDS);
    }
  }

  private static void add(Report report, String from, int distance, Samples samples, Goal goal) {
    String where = distance == 0 ? "" : ", " + distance + " ms away";
    report.add(Row.absolute("know 10,000 backups from " + from + where, "s", samples, goal));
  }

  private static Samples whole(Lab lab, Path folder, int distance) throws IOException {
    Samples samples = new Samples();
    for (int run = 0; run < lab.options().runs(); run++) {
      samples.add(seconds(folder, lab.unused("local"), distance));
    }
    return samples;
  }

  private static Repository open(Path folder, Path local, int distance) throws IOException {
    ObjectStore store = FolderObjectStore.open(folder);
    return Repository.open(
        distance == 0 ? store : new SlowObjectStore(store, Duration.ofMillis(distance)),
        new LocalState(local),
        Surroundings.real());
  }

  private static double seconds(Path folder, Path local, int distance) throws IOException {
    long begun = System.nanoTime();
    try (Repository repository = open(folder, local, distance)) {
      int backups = repository.tree(TREE).visible().size();
      if (backups < BACKUPS) {
        throw new IllegalStateException("only " + backups + " backups");
      }
      return (System.nanoTime() - begun) / 1e9;
    }
  }

  /** As any snapshot does whose record is the thousandth since the last one. */
  private static void writeCheckpoint(Lab lab, Path folder) throws IOException {
    try (Repository repository = open(folder, lab.unused("local"), 0)) {
      SnapshotRequest request =
          new SnapshotRequest(
              new BackupPath(TREE, new BackupName("one-more")),
              Optional.empty(),
              Optional.empty(),
              Optional.empty());
      new Snapshots(repository).take(ModelDisk.empty(1 << 20).source(true), request, Progress.NONE);
    }
  }
}
