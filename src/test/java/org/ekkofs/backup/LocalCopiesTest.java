package org.ekkofs.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.ekkofs.disk.SegmentCache;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.RefusedException;
import org.ekkofs.testing.FaultyObjectStore.Effect;
import org.ekkofs.testing.FaultyObjectStore.Fault;
import org.ekkofs.testing.FaultyObjectStore.Operation;
import org.ekkofs.testing.ModelDisk;
import org.ekkofs.testing.TestRepository;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Complete copies of disks, and when there is one. */
class LocalCopiesTest {
  private static final int SIZE = (12 << 20) + 12_345;

  @TempDir Path folder;
  private TestRepository repository;
  private LocalCopies copies;
  private ModelDisk disk;
  private TrackedBackup backup;

  @BeforeEach
  void backUp() {
    repository = TestRepository.create(folder.resolve("local"));
    copies = new LocalCopies(repository.repository());
    disk = ModelDisk.random(SIZE, new Random(3)).zero(4 << 20, 5 << 20);
    backup = repository.snapshot(disk, "one", "");
  }

  @AfterEach
  void close() {
    repository.close();
  }

  private boolean fill(TrackedBackup which, CopyOrigin origin, Progress progress) {
    try (SegmentCache cache = repository.cache()) {
      return copies.fill(repository.tree(), which, cache, origin, progress);
    }
  }

  private boolean fill() {
    return fill(backup, CopyOrigin.ASKED, Progress.NONE);
  }

  private Optional<LocalCopies.Lease> use() {
    return copies.use(TestRepository.TREE, backup.id());
  }

  private boolean isUsable() {
    Optional<LocalCopies.Lease> lease = use();
    lease.ifPresent(LocalCopies.Lease::close);
    return lease.isPresent();
  }

  private Path treeFolder() {
    Repository opened = repository.repository();
    return opened.local().copies(opened.descriptor().id()).resolve("web");
  }

  private Path file(String suffix) {
    return treeFolder().resolve(backup.id() + suffix);
  }

  private List<String> hidden() throws IOException {
    try (Stream<Path> files = Files.list(treeFolder())) {
      return files.map(f -> f.getFileName().toString()).filter(f -> f.startsWith(".")).toList();
    }
  }

  /** Does something at the first call, and stops as a user would after some more. */
  private record Meddling(Runnable first, AtomicInteger left) implements Progress {
    @Override
    public void begin(String task, long totalBytes) {
      first.run();
    }

    @Override
    public void advance(long bytes) {}

    @Override
    public void check() {
      if (left.decrementAndGet() < 0) {
        throw new CancelledException("stopped");
      }
    }
  }

  @Test
  void copyHoldsTheDiskWithItsHolesAndIsForItsOwnerOnly() throws Exception {
    assertThat(isUsable()).isFalse();
    assertThat(fill()).isTrue();
    try (LocalCopies.Lease lease = use().orElseThrow()) {
      assertThat(Files.readAllBytes(lease.path())).isEqualTo(disk.bytes());
      assertThat(lease.isIntact(lease.path())).isTrue();
      assertThat(lease.isIntact(file(".seal"))).isFalse();
    }
    assertThat(Files.getPosixFilePermissions(file(".raw")))
        .isEqualTo(PosixFilePermissions.fromString("r--------"));
    assertThat(Files.getPosixFilePermissions(treeFolder()))
        .isEqualTo(PosixFilePermissions.fromString("rwx------"));
    Process stat = new ProcessBuilder("stat", "-c", "%b", file(".raw").toString()).start();
    String blocks = new String(stat.getInputStream().readAllBytes()).strip();
    assertThat(512 * Long.parseLong(blocks)).isLessThan(SIZE - (4 << 20));
    assertThat(copies.list())
        .singleElement()
        .satisfies(
            copy -> {
              assertThat(copy.backup()).isEqualTo(backup.id());
              assertThat(copy.origin()).isEqualTo(CopyOrigin.ASKED);
              assertThat(copy.dataBytes()).isEqualTo(TestRepository.figures(backup).dataBytes());
            });
  }

  @Test
  void copyThatIsThereIsNotMadeAgain() {
    fill();
    repository.counts().reset();
    assertThat(fill()).isFalse();
    assertThat(repository.counts().ofChunks("get")).isEmpty();
    assertThat(new LocalCopies(repository.repository()).list()).hasSize(1);
  }

  @Test
  void byteThatIsFlippedBreaksTheSealEvenIfTimesAreSetBack() throws Exception {
    fill();
    FileTime modified = Files.getLastModifiedTime(file(".raw"));
    try (RandomAccessFile raw = new RandomAccessFile(file(".raw").toFile(), "rw")) {
      int first = raw.read();
      raw.seek(0);
      raw.write(first ^ 1);
    }
    Files.setLastModifiedTime(file(".raw"), modified);
    assertThat(isUsable()).isFalse();
    assertThat(copies.list()).isEmpty();
    assertThat(fill()).isTrue();
    assertThat(Files.readAllBytes(file(".raw"))).isEqualTo(disk.bytes());
    assertThat(isUsable()).isTrue();
  }

  @Test
  void copyThatWasReplacedIsNotUsed() throws Exception {
    fill();
    Path other = Files.copy(file(".raw"), folder.resolve("other"));
    Files.move(other, file(".raw"), StandardCopyOption.REPLACE_EXISTING);
    assertThat(isUsable()).isFalse();
  }

  @Test
  void sealThatIsTornOrOfAnotherBackupIsNone() throws Exception {
    fill();
    String seal = Files.readString(file(".seal"));
    List<UnaryOperator<String>> harms =
        List.of(
            text -> "",
            text -> text.substring(0, text.length() - 1),
            text -> text + "x",
            text -> text.replace("size ", "size 1"),
            text -> text.replace("changed 2", "changed 3"),
            text -> text.replaceFirst("(?m)^modified .*$", "modified 2026-13-45T99:99:99.9Z"),
            text -> text.replace("asked", "wanted"),
            text -> text.replace(backup.id().toString(), "6e0b0c4e-0000-4000-8000-000000000000"));
    for (UnaryOperator<String> harm : harms) {
      String harmed = harm.apply(seal);
      assertThat(harmed).isNotEqualTo(seal);
      Files.writeString(file(".seal"), harmed);
      assertThat(isUsable()).as(harmed).isFalse();
    }
    Files.writeString(file(".seal"), seal);
    assertThat(isUsable()).isTrue();
  }

  @Test
  void fillThatIsStoppedAnywhereLeavesNoCopy() throws Exception {
    int stopped = 0;
    for (int calls = 0; ; calls += 3) {
      try {
        Progress stopping = new Meddling(() -> {}, new AtomicInteger(calls));
        assertThat(fill(backup, CopyOrigin.ASKED, stopping)).isTrue();
        break;
      } catch (CancelledException expected) {
        stopped++;
        assertThat(isUsable()).isFalse();
        assertThat(hidden()).isEmpty();
        assertThat(file(".raw")).doesNotExist();
      }
    }
    assertThat(stopped).isGreaterThan(0);
    assertThat(Files.readAllBytes(file(".raw"))).isEqualTo(disk.bytes());
  }

  @Test
  void whatKilledFillsLeaveIsNoCopyAndGoesWithTheNextFill() throws Exception {
    Files.createDirectories(treeFolder());
    Files.write(treeFolder().resolve(".6e0b0c4e.part"), new byte[100]);
    Files.write(treeFolder().resolve(".6e0b0c4e.tmp"), new byte[100]);
    Files.write(file(".raw"), new byte[SIZE]);
    assertThat(isUsable()).isFalse();
    assertThat(copies.list()).isEmpty();
    assertThat(fill()).isTrue();
    assertThat(hidden()).isEmpty();
    assertThat(Files.readAllBytes(file(".raw"))).isEqualTo(disk.bytes());
  }

  @Test
  void backupThatCannotBeReadGivesNoCopy() {
    Fault fault =
        repository
            .faults()
            .fail(Operation.GET, key -> key.contains("/chunks/"), 1, 1000, Effect.TRUNCATE);
    assertThatThrownBy(this::fill).isInstanceOf(CorruptException.class);
    assertThat(fault.fired()).isPositive();
    assertThat(isUsable()).isFalse();
    assertThat(file(".raw")).doesNotExist();
  }

  @Test
  void copyInUseIsNotRemoved() {
    fill();
    LocalCopies others = new LocalCopies(repository.repository());
    try (LocalCopies.Lease one = use().orElseThrow()) {
      try (LocalCopies.Lease two = use().orElseThrow()) {
        assertThat(two.path()).isEqualTo(one.path());
      }
      assertThat(copies.remove(TestRepository.TREE, backup.id())).isFalse();
      assertThat(others.remove(TestRepository.TREE, backup.id())).isFalse();
      assertThat(copies.removeAll()).isEqualTo(1);
    }
    assertThat(copies.removeAll()).isZero();
    assertThat(isUsable()).isFalse();
    assertThat(treeFolder()).isEmptyDirectory();
  }

  @Test
  void oneAtATimeFillsAndRemoves() {
    LocalCopies others = new LocalCopies(repository.repository());
    AtomicInteger refused = new AtomicInteger();
    Runnable meddle =
        () -> {
          assertThatThrownBy(() -> others.remove(TestRepository.TREE, backup.id()))
              .isInstanceOf(RefusedException.class);
          refused.incrementAndGet();
        };
    fill(backup, CopyOrigin.ASKED, new Meddling(meddle, new AtomicInteger(1000)));
    assertThat(refused).hasValue(1);
    assertThat(others.remove(TestRepository.TREE, backup.id())).isTrue();
  }

  @Test
  void oldestAutomaticCopiesThatNobodyReadsMakeRoom() {
    TrackedBackup two = changed(2, "one");
    TrackedBackup three = changed(3, "2");
    TrackedBackup asked = changed(4, "3");
    fill(asked, CopyOrigin.ASKED, Progress.NONE);
    fill(backup, CopyOrigin.AUTOMATIC, Progress.NONE);
    fill(two, CopyOrigin.AUTOMATIC, Progress.NONE);
    fill(three, CopyOrigin.AUTOMATIC, Progress.NONE);
    long each = TestRepository.figures(backup).dataBytes();
    assertThat(copies.makeRoom(each, 5 * each)).isTrue();
    assertThat(copies.list()).hasSize(4);
    try (LocalCopies.Lease held = use().orElseThrow()) {
      assertThat(copies.makeRoom(each, 3 * each + 100_000)).isTrue();
      assertThat(held.isIntact(held.path())).isTrue();
      assertThat(copies.list()).extracting(StoredCopy::backup).doesNotContain(two.id()).hasSize(3);
      assertThat(copies.makeRoom(each, each)).isFalse();
    }
    assertThat(copies.makeRoom(2 * each, each)).isFalse();
    assertThat(copies.list()).extracting(StoredCopy::backup).contains(backup.id(), asked.id());
  }

  private TrackedBackup changed(int number, String parent) {
    return repository.snapshot(
        disk.scribble(0, 1000, new Random(number)), Integer.toString(number), parent);
  }

  @Test
  void automaticCopyThatIsAskedForStays() {
    fill(backup, CopyOrigin.AUTOMATIC, Progress.NONE);
    assertThat(fill()).isFalse();
    assertThat(copies.list())
        .singleElement()
        .extracting(StoredCopy::origin)
        .isEqualTo(CopyOrigin.ASKED);
    assertThat(isUsable()).isTrue();
  }
}
