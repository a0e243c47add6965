package org.ekkofs.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.ekkofs.backup.Progress;
import org.ekkofs.fuse.Mountpoints;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.AlreadyExistsException;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.ChunkId;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.NotFoundException;
import org.ekkofs.model.SegmentIndex;
import org.ekkofs.source.DiskSource;
import org.ekkofs.source.ImageFormat;
import org.ekkofs.source.RawSource;
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
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Backups that become images, by the qemu-img of this machine. */
class ImageRestoreIT {
  @TempDir Path dir;

  private final Random random = new Random(29);
  private final ModelDisk disk =
      ModelDisk.random(12_000_003, random).scribble(12_000_002, 1, random);
  private TestRepository web;
  private TrackedBackup backup;
  private Path original;
  private Path folder;

  @BeforeEach
  void take() throws IOException {
    web = TestRepository.create(dir.resolve("web"));
    backup = web.snapshot(disk, "b", "");
    original = TestRepository.file(dir.resolve("original.raw"), disk);
    folder = Files.createDirectory(dir.resolve("out"));
  }

  @AfterEach
  void nothingIsLeft() {
    web.close();
    String ours = "ekkofs-restore-" + ProcessHandle.current().pid() + "-";
    assertThat(Mountpoints.list()).noneMatch(place -> place.toString().contains(ours));
  }

  private void restore(Path to, ImageOptions options, Progress progress) {
    restoreBy("qemu-img", to, options, progress);
  }

  private void restoreBy(String program, Path to, ImageOptions options, Progress progress) {
    new ImageRestore(web.repository(), Clock.systemUTC(), program)
        .restore(web.tree(), backup, to, options, progress);
  }

  private static ImageOptions plain(ImageFormat format) {
    return new ImageOptions(format, false, false, true);
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  private DiskSource empty(long size) throws IOException {
    Path file = dir.resolve("empty.raw");
    try (RandomAccessFile made = new RandomAccessFile(file.toFile(), "rw")) {
      made.setLength(size);
    }
    return RawSource.open(file);
  }

  private static boolean qemu(String... words) {
    return TinyFilesystem.run(
        Stream.concat(Stream.of("qemu-img"), Stream.of(words)).toArray(String[]::new));
  }

  private void assertHolds(Path image, ImageFormat format) {
    assertThat(qemu("compare", "-f", "raw", "-F", format.driver(), "" + original, "" + image))
        .isTrue();
  }

  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"RAW", "LUKS"})
  void anImageOfEachFormatHoldsTheDisk(ImageFormat format) throws IOException {
    Path image = folder.resolve("an image, of:" + format.driver());
    RecordedProgress progress = new RecordedProgress();
    restore(image, plain(format), progress);
    assertHolds(image, format);
    assertThat(names(folder)).containsExactly(image.getFileName().toString());
    assertThat(progress.tasks())
        .extracting(RecordedProgress.Task::name)
        .containsExactly("restore", "verify");
    assertThat(progress.isExact()).isTrue();
    if (format != ImageFormat.QCOW && format != ImageFormat.VPC) {
      assertThat(qemu("check", "-f", format.driver(), image.toString())).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"QCOW2", "VMDK"})
  void aCompressedOneIsSmaller(ImageFormat format) throws IOException {
    Path large = folder.resolve("large");
    Path small = folder.resolve("small");
    restore(large, plain(format), Progress.NONE);
    restore(small, new ImageOptions(format, true, false, true), Progress.NONE);
    assertHolds(small, format);
    assertThat(Files.size(small)).isLessThan(Files.size(large) * 4 / 5);
  }

  @Test
  void aVirtualPcImageIsNotRoundedUp() throws IOException {
    long size = 12_000_256;
    backup = web.snapshot(empty(size), "empty", "");
    Path image = folder.resolve("disk.vhd");
    restore(image, plain(ImageFormat.VPC), Progress.NONE);
    Process info =
        new ProcessBuilder("qemu-img", "info", "--output=json", "-f", "vpc", image.toString())
            .start();
    assertThat(new String(info.getInputStream().readAllBytes()))
        .contains("\"virtual-size\": " + size);
  }

  @Test
  void aFileThatExistsIsReplacedOnlyByForce() throws IOException {
    Path file = Files.writeString(folder.resolve("disk.qcow2"), "precious");
    assertThatThrownBy(() -> restore(file, plain(ImageFormat.QCOW2), Progress.NONE))
        .isInstanceOf(AlreadyExistsException.class);
    assertThat(file).hasContent("precious");
    restore(file, new ImageOptions(ImageFormat.QCOW2, false, true, true), Progress.NONE);
    assertHolds(file, ImageFormat.QCOW2);
    assertThat(names(folder)).containsExactly("disk.qcow2");
  }

  @Test
  void aFileThatComesMeanwhileIsNotReplaced() throws IOException {
    Path file = folder.resolve("disk.qcow2");
    Progress other =
        new Progress() {
          @Override
          public void begin(String task, long totalBytes) {
            TestRepository.file(file, ModelDisk.empty(1));
          }

          @Override
          public void advance(long bytes) {}

          @Override
          public void check() {}
        };
    assertThatThrownBy(() -> restore(file, plain(ImageFormat.QCOW2), other))
        .isInstanceOf(AlreadyExistsException.class);
    assertThat(Files.size(file)).isEqualTo(1);
    assertThat(names(folder)).containsExactly("disk.qcow2");
  }

  @Test
  void whatCannotBeDoneIsRefusedInItsOwnWords() throws IOException {
    assertThatThrownBy(() -> restore(folder, plain(ImageFormat.VDI), Progress.NONE))
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining("directory");
    assertThatThrownBy(
            () -> restore(folder.resolve("no/where"), plain(ImageFormat.VDI), Progress.NONE))
        .isInstanceOf(NotFoundException.class);
    assertThatThrownBy(
            () ->
                restore(
                    folder.resolve("d"),
                    new ImageOptions(ImageFormat.VDI, true, false, true),
                    Progress.NONE))
        .isInstanceOf(InvalidException.class)
        .hasMessage("vdi disks cannot be compressed; those that can be are qcow2, vmdk");
    assertThatThrownBy(() -> restore(folder.resolve("d"), plain(ImageFormat.LUKS), Progress.NONE))
        .isInstanceOf(InvalidException.class)
        .hasMessage("luks images cannot be written");
    assertThatThrownBy(
            () ->
                restoreBy(
                    "no-such-program",
                    folder.resolve("d"),
                    plain(ImageFormat.QCOW2),
                    Progress.NONE))
        .isInstanceOf(FailedException.class)
        .hasMessageContaining("install package qemu-utils");
    assertThat(names(folder)).isEmpty();
  }

  @Test
  void aBlockDeviceTakesNoImage() throws IOException {
    Path backing = Files.write(dir.resolve("device"), new byte[8 << 20]);
    try (LoopDevice loop = LoopDevice.attach(backing)) {
      assertThatThrownBy(
              () ->
                  restore(
                      loop.device(),
                      new ImageOptions(ImageFormat.QCOW2, false, true, true),
                      Progress.NONE))
          .isInstanceOf(InvalidException.class)
          .hasMessageContaining("raw");
    }
    assertThat(Files.readAllBytes(backing)).isEqualTo(new byte[8 << 20]);
  }

  @Test
  void aFormatThatCannotHoldTheDiskIsOneClearFailureAndLeavesNothing() throws IOException {
    backup = web.snapshot(empty(3L << 40), "large", "");
    Path image = folder.resolve("disk.vhd");
    assertThatThrownBy(() -> restore(image, plain(ImageFormat.VPC), Progress.NONE))
        .isInstanceOf(FailedException.class)
        .hasMessageStartingWith("cannot write " + image + ": ")
        .hasMessageContaining("too large")
        .hasMessageNotContaining(".part");
    assertThat(names(folder)).isEmpty();
  }

  @Test
  void aFullDiskIsOneClearFailureAndLeavesNothing() throws IOException {
    Path tiny = folder.resolve("tiny");
    try (TinyFilesystem mounted = TinyFilesystem.mount(tiny, "size=1m")) {
      Path file = Files.writeString(mounted.folder().resolve("disk.qcow2"), "precious");
      assertThatThrownBy(
              () ->
                  restore(
                      file, new ImageOptions(ImageFormat.QCOW2, false, true, true), Progress.NONE))
          .isInstanceOf(FailedException.class)
          .hasMessageStartingWith("cannot write " + file + ": ")
          .hasMessageContaining("No space left");
      assertThat(names(tiny)).containsExactly("disk.qcow2");
      assertThat(file).hasContent("precious");
    }
  }

  @Test
  void aDamagedBackupIsToldAsSuchAndNotRestoredInPart() throws IOException {
    web.memory()
        .delete(List.of(web.tree().keys().chunk(new ChunkId(backup.id(), new SegmentIndex(1)))));
    assertThatThrownBy(() -> restore(folder.resolve("d"), plain(ImageFormat.QCOW2), Progress.NONE))
        .isInstanceOf(CorruptException.class);
    assertThat(names(folder)).isEmpty();
  }

  @Test
  void anImageThatIsNotWhatWasWrittenGetsNoName() throws IOException {
    Path script = dir.resolve("qemu-img");
    Files.writeString(
        script,
        """
        #!/bin/sh
        for image; do :; done
        [ "$1" != compare ] || qemu-io -f qcow2 -c 'write -P 7 5M 512' "$image" >/dev/null
        exec qemu-img "$@"
        """);
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    Path image = folder.resolve("d");
    assertThatThrownBy(
            () -> restoreBy(script.toString(), image, plain(ImageFormat.QCOW2), Progress.NONE))
        .isInstanceOf(FailedException.class)
        .hasMessageStartingWith("what was written to " + image + " is not what the backup holds")
        .hasMessageContaining("5242880");
    assertThat(names(folder)).isEmpty();
    restoreBy(
        script.toString(),
        image,
        new ImageOptions(ImageFormat.QCOW2, false, false, false),
        Progress.NONE);
    assertHolds(image, ImageFormat.QCOW2);
  }

  @Test
  void cancellingLeavesNothing() throws IOException {
    Path script = dir.resolve("qemu-img");
    Files.writeString(script, "#!/bin/sh\n[ \"$1\" = --version ] || exec sleep 60\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    RecordedProgress cancel =
        new RecordedProgress()
            .onCheck(
                () -> {
                  throw new CancelledException("stopped");
                });
    assertThatThrownBy(
            () ->
                restoreBy(script.toString(), folder.resolve("d"), plain(ImageFormat.QCOW2), cancel))
        .isInstanceOf(CancelledException.class);
    assertThat(names(folder)).isEmpty();
    assertThat(ProcessHandle.current().descendants().filter(ProcessHandle::isAlive)).isEmpty();
  }
}
