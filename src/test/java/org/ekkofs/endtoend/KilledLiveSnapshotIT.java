package org.ekkofs.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ekkofs.backup.CrashPoint;
import org.ekkofs.backup.LiveRequest;
import org.ekkofs.backup.LiveResult;
import org.ekkofs.backup.LiveSnapshots;
import org.ekkofs.backup.LocalState;
import org.ekkofs.backup.Progress;
import org.ekkofs.backup.Repository;
import org.ekkofs.backup.SnapshotRequest;
import org.ekkofs.backup.Surroundings;
import org.ekkofs.backup.Tree;
import org.ekkofs.disk.BackupDisk;
import org.ekkofs.disk.FetchSettings;
import org.ekkofs.disk.SegmentCache;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.manifest.SegmentTable;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.BackupPath;
import org.ekkofs.model.TreeName;
import org.ekkofs.source.qmp.LiveOptions;
import org.ekkofs.source.qmp.RunningMachine;
import org.ekkofs.store.folder.FolderObjectStore;
import org.ekkofs.testing.Ekkofs;
import org.ekkofs.testing.Ekkofs.Result;
import org.ekkofs.testing.ModelDisk;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backups of a running machine that die, at each step in turn. */
@Tag("long")
class KilledLiveSnapshotIT {
  private static final int MIB = 1 << 20;
  private static final TreeName TREE = new TreeName("web");
  private static final List<CrashPoint> OF_EVERY_SNAPSHOT =
      List.of(CrashPoint.BETWEEN_CHUNKS, CrashPoint.AFTER_MANIFEST, CrashPoint.AFTER_COMMIT);

  @TempDir Path folder;
  private final List<String> remarks = new ArrayList<>();

  @Test
  void whereverItDiesTheMachineGoesOnAndTheNextIsRightAndReadsWhatHasChanged() throws Exception {
    Ekkofs ekkofs = new Ekkofs(folder.resolve("repository"), folder.resolve("processes"));
    Files.createDirectory(folder.resolve("scratch"));
    ekkofs.run("init").ok();
    try (RunningMachine machine = RunningMachine.create(folder, 4 * MIB);
        Repository repository =
            Repository.open(
                FolderObjectStore.open(folder.resolve("repository")),
                new LocalState(folder.resolve("local")),
                Surroundings.real())) {
      machine.write(0, 0, 2 * MIB, 1);
      take(repository, machine, "base");
      remarks.clear();
      int value = 2;
      for (CrashPoint point : CrashPoint.values()) {
        if (point.isLive() || OF_EVERY_SNAPSHOT.contains(point)) {
          dieAndTakeTheNext(ekkofs, repository, machine, point, value++);
        }
      }
    }
  }

  private void dieAndTakeTheNext(
      Ekkofs ekkofs, Repository repository, RunningMachine machine, CrashPoint point, int value)
      throws Exception {
    machine.write(0, value * 65536, 65536, value);
    ModelDisk moment = machine.model(0);
    Result died =
        ekkofs
            .with("EKKOFS_CRASH_AT", point.toString())
            .run(
                "snapshot",
                machine.address(0),
                "web/died-" + value,
                "--scratch",
                folder.resolve("scratch").toString());
    assertThat(died.status()).as("%s: %s", point, died.err()).isEqualTo(137);
    machine.assertHealthy(0);
    machine.write(0, value * 65536 + 4096, 4096, value + 100);
    assertHolds(repository, take(repository, machine, "after-" + value), machine.model(0));
    assertThat(remarks).as("%s", point).isEmpty();
    machine.assertTidy();
    assertThat(folder.resolve("scratch")).as("%s", point).isEmptyDirectory();
    for (TrackedBackup backup : repository.tree(TREE).visible()) {
      if (backup.name().equals(new BackupName("died-" + value))) {
        assertHolds(repository, backup, moment);
      }
    }
  }

  private TrackedBackup take(Repository repository, RunningMachine machine, String name) {
    LiveRequest request =
        new LiveRequest(
            "disk0",
            new SnapshotRequest(new BackupPath(TREE, new BackupName(name)), Optional.empty()));
    LiveResult result =
        new LiveSnapshots(repository)
            .take(
                machine.monitor(),
                List.of(request),
                new LiveOptions(Optional.empty(), folder.resolve("scratch")),
                Progress.NONE,
                remarks::add)
            .get(0);
    assertThat(result).isInstanceOf(LiveResult.Taken.class);
    return ((LiveResult.Taken) result).backup();
  }

  private static void assertHolds(Repository repository, TrackedBackup backup, ModelDisk model)
      throws InterruptedException {
    Tree tree = repository.tree(TREE);
    try (SegmentCache cache =
            new SegmentCache(
                repository.store(), FetchSettings.DEFAULT, 16 * MIB, Optional.empty());
        BackupDisk disk =
            new BackupDisk(tree.keys(), tree.manifest(backup), new SegmentTable(), cache)) {
      ByteBuffer whole = ByteBuffer.allocate(model.size());
      disk.read(0, whole);
      assertThat(whole.array()).as("%s", backup.name()).isEqualTo(model.bytes());
    }
  }
}
