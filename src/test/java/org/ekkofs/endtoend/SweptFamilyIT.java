package org.ekkofs.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.ekkofs.backup.LocalState;
import org.ekkofs.backup.Progress;
import org.ekkofs.backup.Repository;
import org.ekkofs.backup.SnapshotRequest;
import org.ekkofs.backup.Snapshots;
import org.ekkofs.backup.Surroundings;
import org.ekkofs.backup.SweepOptions;
import org.ekkofs.backup.Sweeps;
import org.ekkofs.backup.Verification;
import org.ekkofs.backup.VerificationReport;
import org.ekkofs.backup.VerificationRequest;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.BackupPath;
import org.ekkofs.model.Compression;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.model.TreeName;
import org.ekkofs.source.DiskSource;
import org.ekkofs.store.folder.FolderObjectStore;
import org.ekkofs.testing.Ekkofs;
import org.ekkofs.testing.ModelDisk;
import org.ekkofs.testing.TestRepository;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A thousand incrementals in a chain, and some hundreds around one base, deleted in any order with
 * sweeps in between: what is left is exactly what the rest needs, and nobody has touched it. {@code
 * -Dekkofs.family.backups=5000} makes more of them.
 */
class SweptFamilyIT {
  private static final int BACKUPS = Integer.getInteger("ekkofs.family.backups", 1001);
  private static final int SWEEPS = 5;
  private static final int ONE_BY_COMMAND_OF = 3;
  private static final int LEFT_AT_THE_END = 15;
  private static final int READ_AFTER_EACH_SWEEP = 4;
  private static final int DISK_BYTES = (2 << 20) - 5000;
  private static final TreeName TREE = TestRepository.TREE;

  @TempDir Path folder;
  private Ekkofs ekkofs;
  private DiskFamily family;
  private int backups;
  private Repository repository;

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  @Tag("long")
  void whatIsLeftIsExactlyWhatTheRestNeedsAndUntouched(boolean chain) throws IOException {
    Path path = folder.resolve("repository");
    ekkofs = new Ekkofs(path, folder.resolve("scratch"));
    backups = chain ? BACKUPS : BACKUPS / 3;
    family = new DiskFamily(7, DISK_BYTES, chain);
    Repository.init(FolderObjectStore.create(path), Clock.systemUTC());
    try (Repository own =
        Repository.open(
            FolderObjectStore.open(path),
            new LocalState(folder.resolve("writer")),
            Surroundings.real())) {
      repository = own;
      takeAll();
      try (WatchedTree tree = new WatchedTree(path, TREE, folder.resolve("watcher"))) {
        deleteAndSweep(tree);
      }
    }
  }

  private void takeAll() {
    ModelDisk first = family.disk(0);
    take(0, first);
    for (int number = 1; number < backups; number++) {
      take(number, family.grown(family.chain() ? first : first.copy(), number));
    }
  }

  private void take(int number, ModelDisk disk) {
    SnapshotRequest request =
        new SnapshotRequest(
            new BackupPath(TREE, name(number)),
            Optional.of(family.parent(number))
                .filter(parent -> parent >= 0)
                .map(SweptFamilyIT::name),
            Optional.of(new SegmentSize(SegmentSize.MIN_BYTES)),
            Optional.of(new Compression(1)));
    try (DiskSource source = disk.source(true)) {
      new Snapshots(repository).take(source, request, Progress.NONE);
    }
  }

  private static BackupName name(int number) {
    return new BackupName("b" + number);
  }

  private void deleteAndSweep(WatchedTree tree) throws IOException {
    Random random = new Random(family.chain() ? 11 : 12);
    List<Integer> left = new ArrayList<>(IntStream.range(0, backups).boxed().toList());
    Collections.shuffle(left, random);
    tree.assertNothingElseIsLeft();
    for (int sweep = 0; left.size() > LEFT_AT_THE_END; sweep++) {
      int most = left.size() - LEFT_AT_THE_END;
      List<Integer> going = left.subList(0, Math.min(Math.max(1, backups / SWEEPS), most));
      boolean byCommand = sweep % ONE_BY_COMMAND_OF == 0;
      delete(going, byCommand);
      going.clear();
      StoredFiles before = tree.objects();
      sweep(byCommand);
      tree.objects().assertOnlyFewerThan(before);
      tree.assertNothingElseIsLeft();
      requireWhole(tree, left, byCommand, random);
      if (byCommand) {
        restoreAndCompare(left.get(random.nextInt(left.size())));
      }
    }
    assertThat(ekkofs.run("verify", "--read-data").ok().out()).contains("all is well");
    for (TrackedBackup backup : tree.visible()) {
      tree.assertHolds(backup, family.disk(number(backup)));
    }
  }

  private void delete(List<Integer> going, boolean byCommand) {
    for (int n = 0; n < going.size(); n++) {
      if (byCommand && n == 0) {
        ekkofs.run("delete", TREE + "/" + name(going.get(n))).ok();
      } else {
        repository.tree(TREE).delete(name(going.get(n)));
      }
    }
  }

  private void sweep(boolean byCommand) {
    if (byCommand) {
      ekkofs.run("sweep", TREE.value(), "--now").ok();
    } else {
      SweepOptions now = SweepOptions.DEFAULT.now();
      new Sweeps(repository).sweep(repository.tree(TREE), now, Progress.NONE);
    }
  }

  private void requireWhole(
      WatchedTree tree, List<Integer> left, boolean byCommand, Random random) {
    assertThat(tree.visible())
        .extracting(SweptFamilyIT::number)
        .containsExactlyInAnyOrderElementsOf(left);
    if (byCommand) {
      assertThat(ekkofs.run("verify", TREE.value()).ok().out()).contains("all is well");
    } else {
      VerificationRequest metadata = VerificationRequest.everything(0);
      VerificationReport report = new Verification(repository).verify(metadata, Progress.NONE);
      assertThat(report.allIsWell()).as("%s", report).isTrue();
    }
    List<TrackedBackup> visible = tree.visible();
    for (int n = 0; n < READ_AFTER_EACH_SWEEP; n++) {
      TrackedBackup any = visible.get(random.nextInt(visible.size()));
      tree.assertHolds(any, family.disk(number(any)));
    }
  }

  private void restoreAndCompare(int number) throws IOException {
    Path restored = folder.resolve("restored.raw");
    String backup = TREE + "/" + name(number);
    ekkofs.run("restore", backup, restored.toString(), "--force").ok();
    assertThat(Files.readAllBytes(restored)).as(backup).isEqualTo(family.disk(number).bytes());
  }

  private static int number(TrackedBackup backup) {
    return Integer.parseInt(backup.name().value().substring(1));
  }
}
