package org.ekkofs.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.AlreadyExistsException;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.ChunkId;
import org.ekkofs.model.Compression;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.NotFoundException;
import org.ekkofs.model.RefusedException;
import org.ekkofs.model.SegmentIndex;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.source.DiskSource;
import org.ekkofs.testing.LoopDevice;
import org.ekkofs.testing.ModelDisk;
import org.ekkofs.testing.RecordedProgress;
import org.ekkofs.testing.TestRepository;
import org.ekkofs.testing.TinyFilesystem;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RestoreTest {
  private static final RestoreOptions PLAIN = new RestoreOptions(false, true);
  private static final RestoreOptions FORCE = new RestoreOptions(true, true);

  @TempDir Path dir;

  private final Random random = new Random(17);
  private final ModelDisk disk =
      ModelDisk.empty(20_000_003)
          .scribble(100_000, 2_000_000, random)
          .scribble(20_000_002, 1, random);
  private TestRepository web;
  private TrackedBackup backup;
  private Path folder;

  @BeforeEach
  void take() throws IOException {
    web = TestRepository.create(dir.resolve("web"));
    backup = web.snapshot(disk, "b", "");
    folder = Files.createDirectory(dir.resolve("out"));
  }

  @AfterEach
  void close() {
    web.close();
  }

  private void restore(Path to, RestoreOptions options, Progress progress) {
    new Restores(web.repository()).restore(web.tree(), backup, to, options, progress);
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  @Test
  void aNewFileHasTheDisksBytesAndItsHoles() throws IOException {
    Path file = folder.resolve("disk.raw");
    RecordedProgress progress = new RecordedProgress();
    restore(file, PLAIN, progress);
    assertThat(Arrays.mismatch(Files.readAllBytes(file), disk.bytes())).isNegative();
    assertThat(allocated(file)).isLessThan(3_000_000);
    assertThat(names(folder)).containsExactly("disk.raw");
    assertThat(progress.tasks())
        .extracting(RecordedProgress.Task::name)
        .containsExactly("restore", "verify");
    assertThat(progress.isExact()).isTrue();
  }

  private static long allocated(Path file) throws IOException {
    Process stat = new ProcessBuilder("stat", "-c", "%b %B", file.toString()).start();
    String[] words = new String(stat.getInputStream().readAllBytes()).strip().split(" ");
    return Long.parseLong(words[0]) * Long.parseLong(words[1]);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 16384, 1 << 20})
  void smallDisksToo(int size) throws IOException {
    ModelDisk small = ModelDisk.full(size, random);
    backup = web.snapshot(small, "small", "");
    RecordedProgress progress = new RecordedProgress();
    restore(folder.resolve("small"), PLAIN, progress);
    assertThat(Files.readAllBytes(folder.resolve("small"))).isEqualTo(small.bytes());
    assertThat(progress.isExact()).isTrue();
  }

  @Test
  void aFileThatExistsIsReplacedOnlyByForce() throws IOException {
    Path file = Files.writeString(folder.resolve("disk.raw"), "precious");
    assertThatThrownBy(() -> restore(file, PLAIN, Progress.NONE))
        .isInstanceOf(AlreadyExistsException.class);
    assertThat(file).hasContent("precious");
    restore(file, FORCE, Progress.NONE);
    assertThat(Files.readAllBytes(file)).isEqualTo(disk.bytes());
    assertThat(names(folder)).containsExactly("disk.raw");
  }

  @Test
  void aLinkThatLeadsNowhereIsReplacedOnlyByForce() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("nowhere"));
    assertThatThrownBy(() -> restore(link, PLAIN, Progress.NONE))
        .isInstanceOf(AlreadyExistsException.class);
    assertThat(link).isSymbolicLink();
    restore(link, FORCE, Progress.NONE);
    assertThat(Files.readAllBytes(link)).isEqualTo(disk.bytes());
    assertThat(names(folder)).containsExactly("link");
  }

  @Test
  void aFileThatComesMeanwhileIsNotReplaced() throws IOException {
    Path file = folder.resolve("disk.raw");
    RecordedProgress other = new RecordedProgress().onCheck(() -> write(file, "precious"));
    assertThatThrownBy(() -> restore(file, PLAIN, other))
        .isInstanceOf(AlreadyExistsException.class);
    assertThat(file).hasContent("precious");
    assertThat(names(folder)).containsExactly("disk.raw");
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void whatCannotBeAFileIsRefusedInItsOwnWords() throws IOException {
    assertThatThrownBy(() -> restore(folder, FORCE, Progress.NONE))
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining("directory");
    assertThatThrownBy(() -> restore(Path.of("/"), FORCE, Progress.NONE))
        .isInstanceOf(InvalidException.class);
    assertThatThrownBy(() -> restore(folder.resolve("no/where"), FORCE, Progress.NONE))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("folder");
    assertThatThrownBy(() -> restore(Path.of("/dev/null"), FORCE, Progress.NONE))
        .isInstanceOf(InvalidException.class);
    assertThat(names(folder)).isEmpty();
  }

  @Test
  void aFullDiskIsOneClearFailureAndLeavesNothing() throws IOException {
    Path tiny = folder.resolve("tiny");
    try (TinyFilesystem mounted = TinyFilesystem.mount(tiny, "size=1m")) {
      Path file = Files.writeString(mounted.folder().resolve("disk.raw"), "precious");
      assertThatThrownBy(() -> restore(file, FORCE, Progress.NONE))
          .isInstanceOf(FailedException.class)
          .hasMessageContaining(file.toString())
          .hasMessageContaining("No space left");
      assertThat(names(tiny)).containsExactly("disk.raw");
      assertThat(file).hasContent("precious");
    }
  }

  @Test
  void aFolderThatCannotBeWrittenIsOneClearFailure() throws IOException {
    try (TinyFilesystem tiny = TinyFilesystem.mount(folder.resolve("tiny"), "size=1m")) {
      tiny.remount("ro");
      assertThatThrownBy(() -> restore(tiny.folder().resolve("d"), PLAIN, Progress.NONE))
          .isInstanceOf(FailedException.class)
          .hasMessageContaining("Read-only");
    }
  }

  @Test
  void aDiskTooLargeForAnyFileLeavesNothing() throws IOException {
    DiskSource huge = new Nothing(1L << 60);
    TestRepository large =
        TestRepository.create(
            dir.resolve("large"), new SegmentSize(SegmentSize.MAX_BYTES), Compression.DEFAULT);
    try (large) {
      assertThatThrownBy(() -> large.snapshot(huge, "huge", ""))
          .isInstanceOf(InvalidException.class);
      TrackedBackup taken = large.snapshot(new Nothing(1L << 55), "large", "");
      assertThatThrownBy(
              () ->
                  new Restores(large.repository())
                      .restore(large.tree(), taken, folder.resolve("large"), PLAIN, Progress.NONE))
          .isInstanceOf(FailedException.class)
          .hasMessageContaining("cannot write");
    }
    assertThat(names(folder)).isEmpty();
  }

  /** A disk with nothing on it. */
  private record Nothing(long size) implements DiskSource {
    @Override
    public String description() {
      return "nothing";
    }

    @Override
    public void read(long offset, ByteBuffer target) {
      throw new FailedException("there is nothing to read");
    }

    @Override
    public long nextData(long offset) {
      return size;
    }

    @Override
    public long nextHole(long offset) {
      return size;
    }

    @Override
    public void checkUnchanged() {}

    @Override
    public void close() {}
  }

  @Test
  void cancellingLeavesNothing() throws IOException {
    RecordedProgress cancel =
        new RecordedProgress()
            .onCheck(
                () -> {
                  throw new CancelledException("stopped");
                });
    assertThatThrownBy(() -> restore(folder.resolve("d"), PLAIN, cancel))
        .isInstanceOf(CancelledException.class);
    assertThat(names(folder)).isEmpty();
  }

  @Test
  void anInterruptionIsACancellationAndLeavesNothing() throws IOException {
    RecordedProgress interrupt =
        new RecordedProgress().onCheck(() -> Thread.currentThread().interrupt());
    assertThatThrownBy(() -> restore(folder.resolve("d"), PLAIN, interrupt))
        .isInstanceOf(CancelledException.class);
    Thread.interrupted();
    assertThat(names(folder)).isEmpty();
  }

  @Test
  void aDamagedBackupIsNotRestoredInPart() throws IOException {
    web.memory()
        .delete(List.of(web.tree().keys().chunk(new ChunkId(backup.id(), new SegmentIndex(1)))));
    assertThatThrownBy(() -> restore(folder.resolve("d"), PLAIN, Progress.NONE))
        .isInstanceOf(CorruptException.class);
    assertThat(names(folder)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {SegmentSize.MIN_BYTES, SegmentSize.MAX_BYTES})
  void whatIsLargerThanTheCacheIsFetchedOnceAllTheSame(int segmentBytes) {
    SegmentSize large = new SegmentSize(segmentBytes);
    try (TestRepository other =
        TestRepository.create(dir.resolve("other"), large, new Compression(0))) {
      ModelDisk big = ModelDisk.full(112 << 20, random);
      TrackedBackup taken = other.snapshot(big.source(false), "big", "");
      other.counts().reset();
      new Restores(other.repository())
          .restore(other.tree(), taken, folder.resolve("big"), PLAIN, Progress.NONE);
      assertThat(other.counts().ofChunks("get")).hasSize((112 << 20) / segmentBytes);
    }
  }

  @Test
  void aDeviceGetsEveryByteZerosIncludedAndNothingBehindTheDisk() throws IOException {
    byte[] junk = new byte[24 << 20];
    Arrays.fill(junk, (byte) 0x5A);
    Path backing = Files.write(dir.resolve("device"), junk);
    try (LoopDevice loop = LoopDevice.attach(backing)) {
      assertThatThrownBy(() -> restore(loop.device(), PLAIN, Progress.NONE))
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("--force");
      RecordedProgress progress = new RecordedProgress();
      restore(loop.device(), FORCE, progress);
      assertThat(progress.isExact()).isTrue();
    }
    byte[] found = Files.readAllBytes(backing);
    System.arraycopy(disk.bytes(), 0, junk, 0, disk.size());
    assertThat(Arrays.mismatch(found, junk)).isNegative();
  }

  @Test
  void aDeviceThatIsTooSmallOrInUseIsRefused() throws IOException {
    Path small = Files.write(dir.resolve("small"), new byte[8 << 20]);
    try (LoopDevice loop = LoopDevice.attach(small)) {
      assertThatThrownBy(() -> restore(loop.device(), FORCE, Progress.NONE))
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("8388608");
    }
    assertThat(TinyFilesystem.run("mkfs.ext4", "-q", "-F", small.toString())).isTrue();
    try (LoopDevice loop = LoopDevice.attach(small)) {
      Path mount = Files.createDirectory(dir.resolve("mount"));
      assertThat(TinyFilesystem.run("mount", loop.device().toString(), mount.toString())).isTrue();
      try {
        assertThatThrownBy(() -> restore(loop.device(), FORCE, Progress.NONE))
            .isInstanceOf(RefusedException.class)
            .hasMessageContaining("in use");
      } finally {
        TinyFilesystem.run("umount", mount.toString());
      }
    }
  }
}
