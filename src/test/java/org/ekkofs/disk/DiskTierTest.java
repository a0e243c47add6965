package org.ekkofs.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.BlockMask;
import org.ekkofs.model.Compression;
import org.ekkofs.model.Digest;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.testing.Await;
import org.ekkofs.testing.ModelDisk;
import org.ekkofs.testing.TestRepository;
import org.ekkofs.testing.TinyFilesystem;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskTierTest {
  private static final SegmentSize SIZE = Segments.SIZE;
  private static final int SEGMENTS = 12;
  private static final long PLENTY = 1L << 30;
  private static final long HEAP = 1L << 30;

  @TempDir Path dir;

  private final ModelDisk model = ModelDisk.full(SEGMENTS * SIZE.bytes() - 777, new Random(1));
  private Path folder;
  private TestRepository web;
  private TrackedBackup backup;

  @BeforeEach
  void take() {
    folder = dir.resolve("segments");
    web = TestRepository.create(dir.resolve("web"), SIZE, Compression.DEFAULT);
    backup = web.snapshot(model, "b", "");
  }

  @AfterEach
  void close() {
    web.close();
  }

  /** A cache with next to nothing in memory. */
  private SegmentCache cache(long maxBytes) throws IOException {
    return new SegmentCache(
        web.store(), FetchSettings.DEFAULT, 0, Optional.of(DiskTier.open(folder, maxBytes, HEAP)));
  }

  /** Reads everything; gives how often the store was asked. */
  private int gets(long maxBytes) throws IOException {
    web.counts().reset();
    try (SegmentCache cache = cache(maxBytes);
        BackupDisk disk = web.open(backup, cache)) {
      TestRepository.assertReads(disk, model, 0, model.size());
    }
    return web.counts().ofChunks("get").size();
  }

  private Path segments() {
    return folder.resolve("1/segments");
  }

  private Path directory() {
    return folder.resolve("1/directory");
  }

  private static void flip(Path file, long at) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.seek(at);
      int old = bytes.read();
      bytes.seek(at);
      bytes.write(old ^ 0x10);
    }
  }

  @Test
  void whatWasFetchedOnceIsThereAfterARestart() throws IOException {
    assertThat(gets(PLENTY)).isEqualTo(SEGMENTS);
    assertThat(gets(PLENTY)).isZero();
  }

  @Test
  void anyPartReadsAsItIs() throws IOException {
    gets(PLENTY);
    web.counts().reset();
    try (SegmentCache cache = cache(PLENTY);
        BackupDisk disk = web.open(backup, cache)) {
      Random random = new Random(3);
      for (int n = 0; n < 500; n++) {
        TestRepository.assertReads(
            disk, model, random.nextInt(model.size()), random.nextInt(99_999));
      }
      TestRepository.assertReads(disk, model, model.size() - 1, 1);
    }
    assertThat(web.counts().ofChunks("get")).isEmpty();
  }

  @Test
  void everyChangedByteIsNoticedAndFetchedAgain() throws IOException {
    gets(PLENTY);
    Random random = new Random(4);
    for (int n = 0; n < 40; n++) {
      flip(segments(), random.nextInt(model.size()));
      assertThat(gets(PLENTY)).isOne();
      assertThat(gets(PLENTY)).isZero();
    }
  }

  @Test
  void aDamagedDirectoryCostsWhatItNamed() throws IOException {
    gets(PLENTY);
    for (int at = 0; at < DirectoryRecord.BYTES; at++) {
      flip(directory(), at);
      assertThat(gets(PLENTY)).as("byte %d", at).isOne();
    }
    assertThat(gets(PLENTY)).isZero();
  }

  @Test
  void bytesOfAnotherSegmentAreNotMistaken() throws IOException {
    gets(PLENTY);
    byte[] all = Files.readAllBytes(segments());
    System.arraycopy(all, 0, all, SIZE.bytes(), SIZE.bytes());
    Files.write(segments(), all);
    byte[] records = Files.readAllBytes(directory());
    int one = SIZE.bytes() / Extents.BYTES * DirectoryRecord.BYTES;
    System.arraycopy(records, 0, records, 2 * one, one);
    Files.write(directory(), records);
    assertThat(gets(PLENTY)).isEqualTo(2);
    assertThat(gets(PLENTY)).isZero();
  }

  @Test
  void filesCutShortCostWhatIsMissing() throws IOException {
    gets(PLENTY);
    try (RandomAccessFile file = new RandomAccessFile(segments().toFile(), "rw")) {
      file.setLength(5L * SIZE.bytes() + 100);
    }
    assertThat(gets(PLENTY)).isEqualTo(SEGMENTS - 5);
    try (RandomAccessFile file = new RandomAccessFile(directory().toFile(), "rw")) {
      file.setLength(100);
    }
    assertThat(gets(PLENTY)).isEqualTo(SEGMENTS);
    Files.write(directory(), new byte[0]);
    Files.write(segments(), new byte[0]);
    assertThat(gets(PLENTY)).isEqualTo(SEGMENTS);
  }

  @Test
  void garbageInsteadOfTheFilesHurtsNobody() throws IOException {
    gets(PLENTY);
    Random random = new Random(5);
    for (Path file : List.of(directory(), segments())) {
      byte[] garbage = new byte[2 * SIZE.bytes()];
      random.nextBytes(garbage);
      Files.write(file, garbage);
      assertThat(gets(PLENTY)).isPositive();
    }
  }

  @Test
  void theBoundHoldsAlsoWhenItIsLoweredLater() throws IOException {
    gets(PLENTY);
    long bound = 5L * SIZE.bytes();
    for (int round = 0; round < 3; round++) {
      assertThat(gets(bound)).isBetween(SEGMENTS - 5, SEGMENTS);
      assertThat(Files.size(segments())).isPositive().isLessThanOrEqualTo(bound);
    }
  }

  @Test
  void whatIsUsedAgainAndAgainOutlivesAReadThroughOfMuchMore() throws IOException {
    AtomicLong now = new AtomicLong();
    List<Segments.Known> hot = IntStream.range(0, 8).mapToObj(Segments::full).toList();
    try (DiskTier tier = DiskTier.open(folder, 40L * SIZE.bytes(), HEAP, now::get)) {
      hot.forEach(known -> keep(tier, known));
      for (int round = 0; round < 5; round++) {
        now.addAndGet(60_000_000_000L);
        hot.forEach(known -> assertThat(reads(tier, known)).isTrue());
      }
      for (int n = 0; n < 400; n++) {
        Segments.Known once = Segments.full(1000 + n);
        keep(tier, once);
        for (int piece = 0; piece < 8; piece++) {
          reads(tier, once);
        }
      }
      assertThat(hot.stream().filter(known -> tier.has(known.data().digest())).count())
          .isGreaterThanOrEqualTo(7);
    }
  }

  /** It may go at once, but has been written by then. */
  private static void keep(DiskTier tier, Segments.Known known) {
    long before = tier.written();
    tier.put(known.data());
    Await.until("it is written", () -> tier.written() > before);
  }

  private static boolean reads(DiskTier tier, Segments.Known known) {
    ByteBuffer target = ByteBuffer.allocateDirect(SIZE.bytes());
    if (!tier.read(known.data().digest(), 0, SIZE.bytes(), target)) {
      return false;
    }
    byte[] read = new byte[SIZE.bytes()];
    target.get(0, read);
    assertThat(Arrays.equals(read, known.bytes())).isTrue();
    return true;
  }

  @Test
  void nothingIsReadBeyondTheEndOfASegment() throws IOException {
    Segments.Known known = Segments.of(1, SIZE.bytes() / 2, new BlockMask(1));
    Digest digest = known.data().digest();
    try (DiskTier tier = DiskTier.open(dir.resolve("short"), PLENTY, HEAP)) {
      keep(tier, known);
      assertThat(tier.read(digest, SIZE.bytes() / 2 - 1, 1, ByteBuffer.allocate(9))).isTrue();
      assertThat(tier.read(digest, SIZE.bytes() / 2 - 1, 2, ByteBuffer.allocate(9))).isFalse();
      assertThat(tier.read(digest, SIZE.bytes(), 1, ByteBuffer.allocate(9))).isFalse();
      assertThat(tier.has(digest)).isTrue();
    }
  }

  @Test
  void twoAtOnceEachHaveAFolderOfTheirOwn() throws IOException {
    try (SegmentCache first = cache(PLENTY);
        SegmentCache second = cache(PLENTY);
        BackupDisk one = web.open(backup, first);
        BackupDisk two = web.open(backup, second)) {
      TestRepository.assertReads(one, model, 0, model.size());
      TestRepository.assertReads(two, model, 0, model.size());
      assertThat(first.disk().orElseThrow().folder()).isEqualTo(folder.resolve("1"));
      assertThat(second.disk().orElseThrow().folder()).isEqualTo(folder.resolve("2"));
    }
    assertThat(folder.resolve("2/segments")).exists();
    assertThat(gets(PLENTY)).isZero();
    assertThat(folder.resolve("2/segments")).doesNotExist();
  }

  @Test
  void whatSomebodyElseHasPutThereDoesNotCostTheCache() throws IOException {
    Path common = dir.resolve("common");
    Files.createDirectories(common.resolve("2/folder/within"));
    Files.writeString(common.resolve("3"), "a file");
    try (DiskTier tier = DiskTier.open(common, PLENTY, HEAP)) {
      keep(tier, Segments.full(1));
      assertThat(reads(tier, Segments.full(1))).isTrue();
    }
  }

  @Test
  void howMuchItMayTakeCanBeSeenFromOutside() throws IOException {
    try (SegmentCache cache = cache(PLENTY);
        BackupDisk disk = web.open(backup, cache)) {
      TestRepository.assertReads(disk, model, 0, model.size());
      assertThat(TierUse.list(folder))
          .singleElement()
          .satisfies(
              use -> {
                assertThat(use.folder()).isEqualTo(folder.resolve("1"));
                assertThat(use.process()).isEqualTo(ProcessHandle.current().pid());
                assertThat(use.inUse()).isTrue();
                assertThat(use.maxBytes()).isEqualTo(PLENTY);
                assertThat(use.maxMemoryBytes()).isBetween(64L << 20, 70L << 20);
              });
    }
    assertThat(TierUse.list(folder)).noneMatch(TierUse::inUse);
    assertThat(TierUse.list(folder).get(0).bytes()).isGreaterThanOrEqualTo(model.size());
    Files.writeString(folder.resolve("1/about"), "process x\n");
    assertThat(TierUse.list(folder)).isEmpty();
    assertThat(TierUse.list(folder.resolve("nowhere"))).isEmpty();
  }

  @Test
  void readsGoOnWhenTheFolderGoesAway() throws IOException {
    try (SegmentCache cache = cache(PLENTY);
        BackupDisk disk = web.open(backup, cache)) {
      TestRepository.assertReads(disk, model, 0, model.size());
      try (Stream<Path> all = Files.walk(folder)) {
        all.sorted(Comparator.reverseOrder()).forEach(DiskTierTest::delete);
      }
      TestRepository.assertReads(disk, model, 0, model.size());
    }
    assertThat(gets(PLENTY)).isEqualTo(SEGMENTS);
  }

  private static void delete(Path path) {
    try {
      Files.delete(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void readsGoOnAfterAReaderWasInterrupted() throws Exception {
    gets(PLENTY);
    web.counts().reset();
    try (SegmentCache cache = cache(PLENTY);
        BackupDisk disk = web.open(backup, cache)) {
      Thread.currentThread().interrupt();
      disk.readNow(0, ByteBuffer.allocateDirect(4096));
      assertThat(Thread.interrupted()).isTrue();
      TestRepository.assertReads(disk, model, SIZE.bytes(), model.size());
    }
    assertThat(web.counts().ofChunks("get")).isEmpty();
  }

  @Test
  void readsGoOnWhereTheDiskIsFullAndTheLastOfItStaysFree() throws IOException {
    try (TinyFilesystem tiny = TinyFilesystem.mount(folder, "size=2m")) {
      assertThat(gets(PLENTY)).isEqualTo(SEGMENTS);
      assertThat(gets(PLENTY)).isBetween(1, SEGMENTS - 1);
      assertThat(Files.write(tiny.folder().resolve("manifest"), new byte[64 << 10])).exists();
      Files.write(tiny.folder().resolve("manifest"), new byte[0]);
      fill(tiny.folder().resolve("other"));
      assertThat(gets(PLENTY)).isPositive();
    }
  }

  /** Writes until there is no room left. */
  private static void fill(Path file) {
    try (OutputStream out = Files.newOutputStream(file)) {
      while (true) {
        out.write(new byte[4096]);
      }
    } catch (IOException full) {
      assertThat(full).hasMessageContaining("No space left");
    }
  }

  @Test
  void nobodyElseMayReadIt() throws IOException {
    gets(PLENTY);
    for (Path path : List.of(segments(), directory())) {
      assertThat(Files.getPosixFilePermissions(path))
          .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }
    assertThat(Files.getPosixFilePermissions(folder.resolve("1")))
        .isEqualTo(PosixFilePermissions.fromString("rwx------"));
  }
}
