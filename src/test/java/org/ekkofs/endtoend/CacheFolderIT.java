package org.ekkofs.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.ekkofs.endtoend.Readers.Tally;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.testing.Await;
import org.ekkofs.testing.Ekkofs;
import org.ekkofs.testing.FileDamage;
import org.ekkofs.testing.FuseLibrary;
import org.ekkofs.testing.SeededDisk;
import org.ekkofs.testing.TinyFilesystem;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What happens to the cache folder of a mount, while it is used and between its uses. */
@Tag("long")
class CacheFolderIT {
  private static final int MIB = 1 << 20;
  private static final int READERS = 8;
  private static final Duration WHILE = Duration.ofSeconds(1);
  private static final long DISK_BYTES = 16L * MIB;

  /** Far less than the disks have, so that most reads depend on the folder. */
  private static final String HEAP = "128m";

  private static final SegmentSize SMALL = new SegmentSize(SegmentSize.MIN_BYTES);

  @TempDir private static Path shared;
  private static SeededRepository repository;

  @TempDir private Path folder;
  private Path cache;

  @BeforeAll
  static void takeBackups() {
    FuseLibrary.require("fuse3");
    repository = new SeededRepository(shared, SMALL);
    for (int line = 0; line < 4; line++) {
      repository.take("disk" + line, SeededDisk.of(line, DISK_BYTES));
    }
  }

  @AfterAll
  static void closeRepository() {
    if (repository != null) {
      repository.close();
    }
  }

  @BeforeEach
  void nameTheCache() {
    cache = folder.resolve("scratch/cache");
  }

  private ServedMount mount(String at, String store, String... options) throws IOException {
    return ServedMount.start(
        new Ekkofs(repository.path(), folder.resolve("scratch"))
            .with("EKKOFS_CACHE_DIR", cache.toString()),
        folder.resolve(at),
        new ServedMount.Settings(store, HEAP, List.of(options)));
  }

  private ServedMount mount(String store) throws IOException {
    return mount("mnt", store, "cache_size=256M", "timeout=2");
  }

  private static Readers readers(ServedMount mount) {
    return Readers.start(READERS, 1, repository.disks(), mount::raw);
  }

  private static void requireAllWell(Readers readers, ServedMount mount)
      throws InterruptedException {
    Tally tally = readers.stop();
    assertThat(tally.failed()).as("%s: %s", tally, mount.lastWords()).isZero();
    assertThat(tally.absent()).isSubsetOf("later");
    assertThat(tally.reads()).as("%s", tally).isPositive();
  }

  @Test
  void fullDiskDoesNotMatter() throws Exception {
    cache = folder.resolve("tiny");
    try (TinyFilesystem tiny = TinyFilesystem.ext4(cache, 64);
        ServedMount mount = mount("mnt", "", "cache_size=1G")) {
      openEach(mount);
      fillAndRead(tiny, mount);
      mount.end();
    }
  }

  /** A manifest needs room to be opened. */
  private static void openEach(ServedMount mount) throws IOException {
    for (String name : repository.disks().keySet()) {
      open(mount, name).close();
    }
  }

  private static void fillAndRead(TinyFilesystem tiny, ServedMount mount) throws Exception {
    try (Readers readers = readers(mount)) {
      readers.goOn(WHILE);
      Path junk = tiny.folder().resolve("junk");
      fill(junk);
      readers.goOn(WHILE);
      Files.delete(junk);
      readers.goOn(WHILE);
      requireAllWell(readers, mount);
    }
  }

  private static void fill(Path junk) throws IOException {
    ByteBuffer piece = ByteBuffer.allocate(SeededDisk.PIECE);
    try (FileChannel file =
        FileChannel.open(junk, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      while (true) {
        file.write(piece.clear());
      }
    } catch (IOException full) {
      assertThat(full).hasMessageContaining("No space left");
    }
  }

  @Test
  void folderMayBeDeletedAtAnyTime() throws Exception {
    try (ServedMount mount = mount("");
        Readers readers = readers(mount)) {
      for (int round = 0; round < 3; round++) {
        readers.goOn(WHILE);
        deleteAll(cache);
      }
      repository.takeNext("later", "disk0");
      mount.control("job", "refresh");
      assertThat(failuresIn(mount, "later")).isZero();
      readers.goOn(WHILE);
      requireAllWell(readers, mount);
      mount.end();
    } finally {
      repository.disks().remove("later");
    }
  }

  /** As {@code rm -rf}, also while files come and go. */
  private static void deleteAll(Path folder) {
    Await.until("the folder is empty", () -> TinyFilesystem.run("rm", "-rf", folder.toString()));
  }

  @Test
  void damagedChunksAreNeverServed() throws Exception {
    Random random = new Random(3);
    try (ServedMount mount = mount("");
        Readers readers = readers(mount)) {
      for (FileDamage damage : FileDamage.values()) {
        readers.goOn(WHILE);
        damage(CacheFolderIT::holdsChunks, damage, random);
        readers.goOn(WHILE);
        assertThat(readers.tally().failed()).as("%s: %s", damage, mount.lastWords()).isZero();
      }
      requireAllWell(readers, mount);
      mount.end();
    }
  }

  /** Both those that are open and those that are opened after that. */
  @ParameterizedTest
  @EnumSource(
      value = FileDamage.class,
      names = {"NOISE", "HALF", "BITS"})
  void damagedManifestsAreNeverBelieved(FileDamage damage) throws Exception {
    try (ServedMount mount = mount("")) {
      assertThat(failuresIn(mount, "disk1")).isZero();
      try (CheckedFile open = open(mount, "disk0")) {
        damage(file -> file.toString().contains("/manifests/"), damage, new Random(4));
        assertThat(open.failuresInAll(CheckedFile.buffer())).as(mount.lastWords()).isZero();
      }
      requireAllRead(mount);
      mount.end();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = FileDamage.class,
      names = {"NOISE", "EMPTY"})
  void damagedCatalogHidesNothing(FileDamage damage) throws Exception {
    try (ServedMount mount = mount("")) {
      damage(file -> file.toString().contains("/catalog"), damage, new Random(5));
      repository.takeNext("after", "disk0");
      mount.control("job", "refresh");
      assertThat(failuresIn(mount, "after")).isZero();
      mount.end();
    } finally {
      repository.delete("after");
      repository.disks().remove("after");
    }
  }

  private void damage(Predicate<Path> which, FileDamage damage, Random random) throws IOException {
    List<Path> files = cacheFiles(which);
    assertThat(files).isNotEmpty();
    for (Path file : files) {
      damage.to(file, random);
    }
  }

  private static boolean holdsChunks(Path file) {
    String path = file.toString();
    return !path.contains("/manifests/") && !path.contains("/catalog") && !path.endsWith(".log");
  }

  private List<Path> cacheFiles(Predicate<Path> which) {
    try (Stream<Path> files = Files.walk(cache)) {
      return files
          .filter(Files::isRegularFile)
          .filter(which)
          .sorted(Comparator.naturalOrder())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void cacheOfAKilledMountIsUsedByTheNext() throws Exception {
    try (ServedMount mount = mount("");
        Readers readers = readers(mount)) {
      assertThat(failuresIn(mount, "disk0")).isZero();
      readers.goOn(WHILE);
      mount.kill();
      readers.stop();
    }
    Path gone = folder.resolve("gone");
    try (ServedMount mount = mount("fail=1,when=" + gone)) {
      Files.createFile(gone);
      assertThat(failuresIn(mount, "disk0")).as(mount.lastWords()).isLessThanOrEqualTo(2);
      Files.delete(gone);
      requireAllRead(mount);
      mount.end();
    }
  }

  @Test
  void whatWasTornBetweenTwoMountsIsNeverServed() throws Exception {
    try (ServedMount mount = mount("")) {
      requireAllRead(mount);
      mount.end();
    }
    damage(CacheFolderIT::holdsChunks, FileDamage.BITS, new Random(4));
    Path gone = folder.resolve("gone");
    try (ServedMount mount = mount("fail=1,when=" + gone)) {
      Files.createFile(gone);
      failuresIn(mount, "disk0");
      Files.delete(gone);
      requireAllRead(mount);
      mount.end();
    }
  }

  @Test
  void twoMountsMayUseOneFolder() throws Exception {
    try (ServedMount one = mount("one", "", "cache_size=24M");
        ServedMount two = mount("two", "", "cache_size=24M");
        Readers ofOne = readers(one);
        Readers ofTwo = readers(two)) {
      ofOne.goOn(WHILE.multipliedBy(4));
      requireAllWell(ofOne, one);
      requireAllWell(ofTwo, two);
      one.end();
      requireAllRead(two);
      two.end();
    }
  }

  private static void requireAllRead(ServedMount mount) throws IOException {
    for (String name : repository.disks().keySet()) {
      assertThat(failuresIn(mount, name)).as(mount.lastWords()).isZero();
    }
  }

  private static int failuresIn(ServedMount mount, String name) throws IOException {
    try (CheckedFile file = open(mount, name)) {
      return file.failuresInAll(CheckedFile.buffer());
    }
  }

  private static CheckedFile open(ServedMount mount, String name) throws IOException {
    return CheckedFile.direct(mount.raw(name), repository.disks().get(name));
  }
}
