package org.ekkofs.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.ekkofs.testing.Await;
import org.ekkofs.testing.DiskImage;
import org.ekkofs.testing.Ekkofs;
import org.ekkofs.testing.SmallDisk;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Complete local copies and who reads them. Once the chunks in the store are gone, only the kernel
 * can still read the disk, and only from the copy; without passthrough that is an error.
 */
class LocalCopyIT {
  private static final int SIZE = (24 << 20) + 12_345;
  private static final Pattern RELEASE = Pattern.compile("([0-9]+)\\.([0-9]+)");

  @TempDir Path folder;
  private Ekkofs ekkofs;
  private Path mountpoint;
  private Path repository;
  private final DiskImage disk = new DiskImage(5, SIZE);

  @BeforeEach
  void backUp() throws IOException {
    assumeTrue(Files.exists(Path.of("/dev/fuse")), "there is no /dev/fuse");
    mountpoint = Files.createDirectory(folder.resolve("mnt"));
    repository = folder.resolve("repository");
    ekkofs = new Ekkofs(repository, folder.resolve("scratch"));
    ekkofs.run("init").ok();
    ekkofs.run("snapshot", disk.writeTo(folder.resolve("disk.raw")).toString(), "web/one").ok();
  }

  @AfterEach
  void unmount() {
    if (ekkofs != null) {
      ekkofs.program("umount", "-l", mountpoint.toString());
    }
  }

  private void mount(String options) {
    ekkofs.run("mount", mountpoint.toString(), "-o", options).ok();
  }

  private Path raw() {
    return mountpoint.resolve("web/one.raw");
  }

  /** Files of the copy with this ending. */
  private List<Path> copies(String ending) throws IOException {
    Path cache = folder.resolve("scratch/cache");
    try (Stream<Path> files = Files.walk(cache)) {
      return files.filter(f -> f.toString().matches(".*/copies/.*" + ending)).toList();
    }
  }

  private void loseTheChunks() throws IOException {
    List<Path> chunks;
    try (Stream<Path> files = Files.walk(repository.resolve("trees/web/chunks"))) {
      chunks = files.filter(Files::isRegularFile).toList();
    }
    assertThat(chunks).isNotEmpty();
    for (Path chunk : chunks) {
      Files.delete(chunk);
    }
  }

  /** Whether this machine has what passthrough needs. */
  private boolean passes() {
    Path library = Ekkofs.launcher().resolveSibling("../target/native/libekkofs-passthrough.so");
    return Files.exists(library)
        && System.getProperty("user.name").equals("root")
        && isAtLeast(System.getProperty("os.version"), 6, 9)
        && !isAtLeast(ekkofs.program("fusermount3", "--version").out(), 3, 17);
  }

  private static boolean isAtLeast(String text, int major, int minor) {
    Matcher release = RELEASE.matcher(text);
    assertThat(release.find()).as(text).isTrue();
    int first = Integer.parseInt(release.group(1));
    return first > major || (first == major && Integer.parseInt(release.group(2)) >= minor);
  }

  private void assertReadable() throws IOException {
    assertThat(Files.readAllBytes(raw())).isEqualTo(disk.bytes());
  }

  @Test
  void filledDiskIsReadByTheKernelAlone() throws IOException {
    ekkofs.run("cache", "fill", "web/one").ok();
    assertThat(ekkofs.run("cache").ok().out()).contains("web/one");
    mount("cache_size=0");
    loseTheChunks();
    if (!passes()) {
      assertThatThrownBy(this::assertReadable).isInstanceOf(IOException.class);
      return;
    }
    assertReadable();
    ekkofs.program("cmp", raw().toString(), folder.resolve("disk.raw").toString()).ok();
    try (FileChannel held = FileChannel.open(raw())) {
      ekkofs.run("cache", "drop", "web/one").fails(5, "a mount reads");
      ekkofs.run("cache", "clear").ok();
      assertThat(held.size()).isEqualTo(SIZE);
      assertReadable();
    }
    Await.until(
        "the copy can be dropped", () -> ekkofs.run("cache", "drop", "web/one").status() == 0);
    assertThat(copies("\\.raw")).isEmpty();
    assertThatThrownBy(this::assertReadable).isInstanceOf(IOException.class);
  }

  @Test
  void copyThatSomebodyTouchedIsNotRead() throws IOException {
    ekkofs.run("cache", "fill", "web/one").ok();
    Path copy = copies("\\.raw").get(0);
    try (RandomAccessFile file = new RandomAccessFile(copy.toFile(), "rw")) {
      file.seek(SIZE / 2);
      int byteThere = file.read();
      file.seek(SIZE / 2);
      file.write(byteThere ^ 1);
    }
    assertThat(Files.readAllBytes(copy)).isNotEqualTo(disk.bytes());
    mount("cache_size=0");
    assertReadable();
    assertThat(ekkofs.run("cache").ok().out()).doesNotContain("web/one");
  }

  @Test
  void killedFillLeavesNoCopyAndTheNextOneTidiesUp() throws IOException {
    Ekkofs.Running fill = ekkofs.start("cache", "fill", "web/one");
    Await.until(
        "something is written", () -> !quietly("\\.part").isEmpty() || !fill.process().isAlive());
    fill.kill();
    if (copies("\\.seal").isEmpty()) {
      assertThat(ekkofs.run("cache", "--json").ok().out()).doesNotContain("\"one\"");
    } else {
      assertThat(Files.readAllBytes(copies("\\.raw").get(0))).isEqualTo(disk.bytes());
    }
    ekkofs.run("cache", "fill", "web/one").ok();
    assertThat(copies("\\.part")).isEmpty();
    assertThat(Files.readAllBytes(copies("\\.raw").get(0))).isEqualTo(disk.bytes());
  }

  private List<Path> quietly(String ending) {
    try {
      return copies(ending);
    } catch (IOException | UncheckedIOException changing) {
      return List.of();
    }
  }

  @Test
  void diskThatIsReadALotGetsACopyIfTheMountMay() throws IOException {
    mount("cache_size=64M,fill=auto");
    assertReadable();
    if (!passes()) {
      assertThat(copies("\\.raw")).isEmpty();
      return;
    }
    Await.until("there is a copy", () -> !quietly("\\.seal").isEmpty());
    assertThat(ekkofs.run("cache", "--json").ok().out()).contains("\"automatic\"");
    assertReadable();
  }

  @Test
  void fillThatWouldFillTheDiskIsRefused() throws IOException {
    assumeTrue(System.getProperty("user.name").equals("root"), "only root can mount a small disk");
    try (SmallDisk small = SmallDisk.mount(folder.resolve("small"), 12 << 20)) {
      Ekkofs cramped = ekkofs.with("EKKOFS_CACHE_DIR", small.path().toString());
      cramped.run("-q", "cache", "fill", "web/one").fails(5, "are to stay so");
      cramped.run("cache", "fill", "web/two").fails(3, "web/two");
    }
  }
}
