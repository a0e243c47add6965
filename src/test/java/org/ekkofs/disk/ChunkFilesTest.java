package org.ekkofs.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.Compression;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.testing.ModelDisk;
import org.ekkofs.testing.TestRepository;
import org.ekkofs.testing.TinyFilesystem;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChunkFilesTest {
  private static final SegmentSize SIZE = new SegmentSize(SegmentSize.MIN_BYTES);
  private static final int SEGMENTS = 12;
  private static final long PLENTY = 1L << 30;

  @TempDir Path dir;

  private final ModelDisk model = ModelDisk.full(SEGMENTS * SIZE.bytes(), new Random(1));
  private Path folder;
  private TestRepository web;
  private TrackedBackup backup;

  @BeforeEach
  void take() {
    folder = dir.resolve("chunks");
    web = TestRepository.create(dir.resolve("web"), SIZE, Compression.DEFAULT);
    backup = web.snapshot(model, "b", "");
  }

  @AfterEach
  void close() {
    web.close();
  }

  /** Reads everything with nothing in memory; gives how often the store was asked. */
  private int gets(long maxBytes) {
    web.counts().reset();
    try (ChunkCache cache =
            new ChunkCache(web.store(), 64 << 20, Optional.of(ChunkFiles.open(folder, maxBytes)));
        BackupDisk disk = web.open(backup, cache)) {
      TestRepository.assertReads(disk, model, 0, model.size());
    }
    return web.counts().ofChunks("get").size();
  }

  private List<Path> files() {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void whatWasFetchedOnceIsThereAfterARestart() {
    assertThat(gets(PLENTY)).isEqualTo(SEGMENTS);
    assertThat(files()).hasSize(SEGMENTS);
    assertThat(gets(PLENTY)).isZero();
  }

  @Test
  void aDamagedFileIsFetchedAgainAndReplaced() throws IOException {
    gets(PLENTY);
    List<Path> files = files();
    byte[] object = Files.readAllBytes(files.get(0));
    object[object.length - 5] ^= 1;
    Files.write(files.get(0), object);
    Files.write(files.get(1), new byte[0]);
    Files.write(files.get(2), new byte[100]);
    Files.write(files.get(3), new byte[3 * SIZE.bytes()]);
    Files.delete(files.get(4));
    assertThat(gets(PLENTY)).isEqualTo(5);
    assertThat(gets(PLENTY)).isZero();
  }

  @Test
  void aFileTooLargeForMemoryIsOneOfTheDamaged() throws IOException {
    gets(PLENTY);
    try (RandomAccessFile file = new RandomAccessFile(files().get(0).toFile(), "rw")) {
      file.setLength(5L << 30);
    }
    assertThat(gets(100L << 30)).isOne();
    assertThat(Files.size(files().get(0))).isLessThan(2L * SIZE.bytes());
  }

  @Test
  void aFileThatHoldsAnotherChunkIsFetchedAgain() throws IOException {
    gets(PLENTY);
    Files.write(files().get(0), Files.readAllBytes(files().get(1)));
    assertThat(gets(PLENTY)).isOne();
    assertThat(gets(PLENTY)).isZero();
  }

  @Test
  void theBoundHoldsAfterClosingAndAcrossARestart() throws IOException {
    long bound = 5L * SIZE.bytes();
    assertThat(gets(bound)).isEqualTo(SEGMENTS);
    assertThat(bytes()).isPositive().isLessThanOrEqualTo(bound);
    assertThat(gets(bound)).isLessThan(SEGMENTS);
    assertThat(bytes()).isPositive().isLessThanOrEqualTo(bound);
    gets(2L * SIZE.bytes());
    assertThat(bytes()).isLessThanOrEqualTo(2L * SIZE.bytes());
  }

  private long bytes() throws IOException {
    long total = 0;
    for (Path file : files()) {
      total += Files.size(file);
    }
    return total;
  }

  @Test
  void foreignFilesInTheFolderHurtNobody() throws IOException {
    gets(PLENTY);
    Files.write(folder.resolve("what is this?"), new byte[10]);
    Files.write(files().get(1).resolveSibling("left.tmp"), new byte[10]);
    Files.createDirectories(folder.resolve("trees/empty"));
    assertThat(gets(PLENTY)).isZero();
  }

  @Test
  void readsGoOnWhenTheFolderGoesAway() throws IOException {
    try (ChunkCache cache =
            new ChunkCache(web.store(), 1, Optional.of(ChunkFiles.open(folder, PLENTY)));
        BackupDisk disk = web.open(backup, cache)) {
      TestRepository.assertReads(disk, model, 0, model.size());
      try (Stream<Path> all = Files.walk(folder)) {
        all.sorted(Comparator.reverseOrder()).forEach(ChunkFilesTest::delete);
      }
      TestRepository.assertReads(disk, model, 0, model.size());
    }
    assertThat(files()).hasSize(SEGMENTS);
  }

  private static void delete(Path path) {
    try {
      Files.delete(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void readsGoOnWhereTheFolderCannotBe() throws IOException {
    Files.write(folder, new byte[1]);
    assertThat(gets(PLENTY)).isEqualTo(SEGMENTS);
  }

  @Test
  void readsGoOnWhereTheFolderCannotBeWritten() throws IOException {
    try (TinyFilesystem tiny = TinyFilesystem.mount(folder, "size=16m")) {
      gets(PLENTY);
      Files.delete(files().get(0));
      tiny.remount("ro");
      assertThat(gets(PLENTY)).isOne();
      assertThat(gets(PLENTY)).isOne();
    }
  }

  @Test
  void readsGoOnWhereTheFolderIsFull() throws IOException {
    try (TinyFilesystem tiny = TinyFilesystem.mount(folder, "size=1m")) {
      assertThat(gets(PLENTY)).isEqualTo(SEGMENTS);
      assertThat(gets(PLENTY)).isLessThan(SEGMENTS);
      assertThat(files()).isNotEmpty().noneMatch(file -> file.toString().endsWith(".tmp"));
      assertThat(tiny.folder()).isEqualTo(folder);
    }
  }
}
