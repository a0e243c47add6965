package org.ekkofs.vfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import org.ekkofs.backup.CopyOrigin;
import org.ekkofs.backup.LocalCopies;
import org.ekkofs.backup.StoredCopy;
import org.ekkofs.disk.SegmentCache;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.manifest.SegmentTable;
import org.ekkofs.model.RefusedException;
import org.ekkofs.testing.Await;
import org.ekkofs.testing.HandClock;
import org.ekkofs.testing.ModelDisk;
import org.ekkofs.testing.TestRepository;
import org.ekkofs.testing.WordGrammar;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Local copies that a mount makes by itself. */
class FillerTest {
  private static final long BUDGET = 1L << 30;

  @TempDir Path folder;
  private TestRepository repository;
  private LocalCopies copies;
  private SegmentCache cache;
  private DiskPool disks;
  private TrackedBackup one;
  private TrackedBackup two;
  private long dataBytes;

  @BeforeEach
  void backUp() {
    repository = TestRepository.create(folder);
    copies = new LocalCopies(repository.repository());
    cache = repository.cache();
    disks = new DiskPool(cache, new SegmentTable());
    ModelDisk disk = ModelDisk.random(3 << 20, new Random(1));
    one = repository.snapshot(disk, "one", "");
    two = repository.snapshot(disk.scribble(0, 100, new Random(2)), "two", "one");
    dataBytes = TestRepository.figures(one).dataBytes();
  }

  @AfterEach
  void close() {
    disks.close();
    cache.close();
    repository.close();
  }

  private Filler filler(long budget) {
    return new Filler(copies, disks, cache, new HandClock(), budget);
  }

  private void read(Filler filler, TrackedBackup backup, long bytes) {
    filler.read(repository.tree(), backup, dataBytes, bytes);
  }

  private boolean isCopied(TrackedBackup backup) {
    return copies.list().stream().map(StoredCopy::backup).anyMatch(backup.id()::equals);
  }

  @Test
  void diskThatIsReadEnoughGetsAnAutomaticCopy() {
    try (Filler filler = filler(BUDGET)) {
      read(filler, one, dataBytes / 2);
      read(filler, two, dataBytes);
      Await.until("the one read enough is copied", () -> isCopied(two));
      assertThat(copies.list())
          .singleElement()
          .extracting(StoredCopy::origin)
          .isEqualTo(CopyOrigin.AUTOMATIC);
      LocalCopies.Lease lease = filler.copy(repository.tree(), two).orElseThrow();
      assertThat(lease.isIntact(lease.path())).isTrue();
      lease.close();
    }
  }

  @Test
  void olderCopyMakesRoomForTheNext() {
    try (Filler filler = filler(dataBytes + 100_000)) {
      read(filler, one, dataBytes);
      Await.until("one is copied", () -> isCopied(one));
      read(filler, two, dataBytes);
      Await.until("two is copied", () -> isCopied(two));
      assertThat(isCopied(one)).isFalse();
    }
  }

  @Test
  void withoutABudgetNothingIsCopied() {
    Filler filler = filler(0);
    read(filler, one, 100 * dataBytes);
    filler.close();
    assertThat(copies.list()).isEmpty();
  }

  @Test
  void failedFillIsTriedAgainWhenTheDiskIsReadOn() {
    try (Filler filler = filler(dataBytes - 1)) {
      read(filler, one, dataBytes);
    }
    assertThat(copies.list()).isEmpty();
    try (Filler filler = filler(BUDGET)) {
      read(filler, one, dataBytes);
      Await.until("it is copied", () -> isCopied(one));
    }
  }

  @Test
  void onlyReadsThatTheKernelCouldHaveServedCount() throws Exception {
    VfsOptions options =
        new VfsOptions(0, 0, 0, Duration.ofHours(1), 0, 0, new HandClock(), Optional.empty())
            .withFillBytes(BUDGET);
    TrackedBackup large =
        repository.snapshot(ModelDisk.full(9 << 20, new Random(4)), "large", "two");
    try (RepositoryFileSystem tree =
        RepositoryFileSystem.open(
            repository.repository(), cache, new SegmentTable(), new WordGrammar(), options)) {
      DirectoryNode web = (DirectoryNode) tree.root().lookup("web").orElseThrow();
      FileNode file = (FileNode) web.lookup("large.raw").orElseThrow();
      try (OpenFile open = file.open(false)) {
        readAll(open);
        assertThat(open.localCopy()).isEmpty();
        assertThat(isCopied(large)).isFalse();
        readAll(open);
        Await.until("it is copied", () -> isCopied(large));
      }
      try (OpenFile open = file.open(false)) {
        LocalCopy copy = open.localCopy().orElseThrow();
        assertThat(copy.isIntact(copy.path())).isTrue();
        Await.until("the filler is done", () -> refusesRemoval(large) || !isCopied(large));
        assertThat(isCopied(large)).isTrue();
      }
      assertThat(copies.remove(TestRepository.TREE, large.id())).isTrue();
    }
  }

  /** Whether it is not removed because somebody reads it. */
  private boolean refusesRemoval(TrackedBackup backup) {
    try {
      return !copies.remove(TestRepository.TREE, backup.id());
    } catch (RefusedException stillFilling) {
      return false;
    }
  }

  private static void readAll(OpenFile open) throws InterruptedException {
    for (long at = 0; at < 9 << 20; at += 1 << 20) {
      open.read(at, ByteBuffer.allocate(1 << 20));
    }
  }
}
