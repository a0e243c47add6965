package org.ekkofs.vfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.ekkofs.backup.CrashPoint;
import org.ekkofs.backup.Host;
import org.ekkofs.backup.LocalState;
import org.ekkofs.backup.Repository;
import org.ekkofs.backup.Surroundings;
import org.ekkofs.disk.FetchSettings;
import org.ekkofs.disk.SegmentCache;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.manifest.SegmentTable;
import org.ekkofs.model.TreeName;
import org.ekkofs.store.folder.FolderObjectStore;
import org.ekkofs.testing.ModelDisk;
import org.ekkofs.testing.TestRepository;
import org.ekkofs.testing.WordGrammar;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Cancelling interrupts the job's thread, and interrupts break channels: hence a real folder. */
class CancelTest {
  private static final VfsOptions OPTIONS =
      new VfsOptions(0, 0, 0, Duration.ofHours(1), 0, 0, Clock.systemUTC(), Optional.empty());

  @TempDir private Path dir;
  private final ModelDisk model = ModelDisk.full(3_000_000, new Random(5));
  private final CountDownLatch reached = new CountDownLatch(1);
  private Path disk;
  private FolderObjectStore store;

  @BeforeEach
  void createRepository() {
    disk = TestRepository.file(dir.resolve("disk"), model);
    store = FolderObjectStore.create(dir.resolve("store"));
    Repository.init(store, Clock.systemUTC());
  }

  /** Holds the first snapshot that comes to the point until its thread is interrupted. */
  private void hold(CrashPoint at, CrashPoint point) {
    if (point == at && reached.getCount() > 0) {
      reached.countDown();
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"AFTER_INTENT", "BETWEEN_CHUNKS", "BEFORE_MANIFEST", "AFTER_MANIFEST"})
  void aCancelledSnapshotLeavesItsNameFree(CrashPoint at) throws Exception {
    Surroundings held =
        new Surroundings(Clock.systemUTC(), Host.current(), point -> hold(at, point));
    try (Repository repository =
            Repository.open(store, new LocalState(dir.resolve("local")), held);
        SegmentCache cache =
            new SegmentCache(store, FetchSettings.DEFAULT, 64 << 20, Optional.empty());
        RepositoryFileSystem tree =
            RepositoryFileSystem.open(
                repository, cache, new SegmentTable(), new WordGrammar(), OPTIONS)) {
      DirectoryNode control = (DirectoryNode) tree.root().lookup("control").orElseThrow();
      String line = "snapshot %s web/a\n".formatted(disk);
      FileNode first = control.create("job");
      Mounted.append(first, line);
      reached.await();
      control.remove("job");
      ((JobFile) first).job().awaitEnd();
      assertThat(Mounted.cat(first)).startsWith("cancelled: ");
      assertThat(repository.tree(new TreeName("web")).all())
          .hasSize(1)
          .noneMatch(TrackedBackup::isOpen)
          .noneMatch(TrackedBackup::isVisible);

      FileNode second = control.create("job");
      Mounted.append(second, line);
      ((JobFile) second).job().awaitEnd();
      assertThat(Mounted.cat(second)).startsWith("done: ");
      assertThat(read(tree)).isEqualTo(Files.readAllBytes(disk));
    }
  }

  private static byte[] read(RepositoryFileSystem tree) throws InterruptedException {
    DirectoryNode web = (DirectoryNode) tree.root().lookup("web").orElseThrow();
    FileNode backup = (FileNode) web.lookup("a.raw").orElseThrow();
    try (OpenFile open = backup.open(false)) {
      ByteBuffer all = ByteBuffer.allocate(4_000_000);
      int count = open.read(0, all);
      return Arrays.copyOf(all.array(), count);
    }
  }
}
