package org.ekkofs.benchmark;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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
import org.ekkofs.source.DiskSource;
import org.ekkofs.source.RawSource;
import org.ekkofs.store.ConnectionSettings;
import org.ekkofs.store.ObjectStore;
import org.ekkofs.store.folder.FolderObjectStore;
import org.ekkofs.testing.SlowObjectStore;

/**
 * Full and incremental snapshots into a store 20 and 100 ms away behind a line of a GiB a second,
 * against the same into the folder that lies behind it.
 */
final class DistantSnapshot {
  private static final int[] DISTANCES = {20, 100};
  private static final int LINE = 1 << 30;
  private static final int CONNECTIONS = ConnectionSettings.DEFAULT.connections();
  private static final double MIB = 1 << 20;

  /** Size of the disk of which every MiB changes a little. */
  private static final int CHANGED_BYTES = 512 << 20;

  private final Lab lab;
  private final Report report;

  DistantSnapshot(Lab lab, Report report) {
    this.lab = lab;
    this.report = report;
  }

  private record Speeds(Samples full, Samples changed) {
    Speeds() {
      this(new Samples(), new Samples());
    }
  }

  void measure() throws IOException, InterruptedException {
    Disk disk = lab.full();
    Speeds near = new Speeds();
    Speeds[] far = {new Speeds(), new Speeds()};
    take(disk, 0, new Speeds());
    for (int run = 0; run < lab.options().runs(); run++) {
      take(disk, 0, near);
      for (int n = 0; n < DISTANCES.length; n++) {
        take(disk, DISTANCES[n], far[n]);
      }
    }
    for (int n = 0; n < DISTANCES.length; n++) {
      String where = ", %d ms away".formatted(DISTANCES[n]);
      add("full snapshot" + where, far[n].full, near.full);
      add("snapshot, each MiB changed" + where, far[n].changed, near.changed);
    }
  }

  private void add(String work, Samples far, Samples near) {
    report.add(Row.ratio(work, "MiB/s", far, "folder", near, Goal.NONE));
  }

  private void take(Disk disk, int distance, Speeds speeds) throws IOException {
    Path folder = lab.unused("far");
    try (Repository repository = open(folder, distance)) {
      speeds.full.add(
          disk.dataBytes() / MIB / seconds(repository, RawSource.open(disk.raw()), "full", ""));
      Path raw = lab.path("changing.raw");
      write(raw, 1);
      seconds(repository, RawSource.open(raw), "before", "");
      write(raw, 2);
      speeds.changed.add(
          CHANGED_BYTES / MIB / seconds(repository, RawSource.open(raw), "after", "before"));
    }
    Folders.remove(folder);
  }

  /** Changes a disk of holes in one place of every MiB. */
  private static void write(Path raw, int generation) throws IOException {
    try (FileChannel file =
        FileChannel.open(raw, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      for (int at = 0; at < CHANGED_BYTES; at += 1 << 20) {
        ByteBuffer number = ByteBuffer.allocate(Long.BYTES).putInt(generation).putInt(at);
        file.write(number.flip(), at);
      }
    }
  }

  private Repository open(Path folder, int distance) throws IOException {
    ObjectStore store = FolderObjectStore.create(folder);
    Repository.init(store, Clock.systemUTC());
    return Repository.open(
        distance == 0
            ? store
            : new SlowObjectStore(store, Duration.ofMillis(distance), LINE, CONNECTIONS),
        new LocalState(lab.unused("local")),
        Surroundings.real());
  }

  private static double seconds(
      Repository repository, DiskSource source, String name, String parent) {
    SnapshotRequest request =
        new SnapshotRequest(
            new BackupPath(new TreeName("far"), new BackupName(name)),
            Optional.of(parent).filter(text -> !text.isEmpty()).map(BackupName::new),
            Optional.empty(),
            Optional.empty());
    long begun = System.nanoTime();
    try (source) {
      new Snapshots(repository).take(source, request, Progress.NONE);
    }
    return (System.nanoTime() - begun) / 1e9;
  }
}
