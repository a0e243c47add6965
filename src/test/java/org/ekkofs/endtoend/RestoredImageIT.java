package org.ekkofs.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.ekkofs.fuse.Mountpoints;
import org.ekkofs.testing.Await;
import org.ekkofs.testing.DiskImage;
import org.ekkofs.testing.Ekkofs;
import org.ekkofs.testing.TinyFilesystem;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code restore} to images by real processes, some of which are stopped. */
class RestoredImageIT {
  @TempDir Path dir;

  private Ekkofs ekkofs;
  private Path original;
  private Path out;

  @BeforeEach
  void backUp() throws IOException {
    ekkofs = new Ekkofs(dir.resolve("repository"), dir.resolve("scratch"));
    original = new DiskImage(7, 24 << 20).writeTo(dir.resolve("original.raw"));
    out = Files.createDirectory(dir.resolve("out"));
    ekkofs.run("init").ok();
    ekkofs.run("snapshot", original.toString(), "web/b").ok();
  }

  private static List<Path> mounts(Ekkofs.Running running) {
    String name = "ekkofs-restore-" + running.process().pid() + "-";
    return Mountpoints.list().stream()
        .filter(place -> place.getFileName().toString().startsWith(name))
        .toList();
  }

  private List<Path> files() {
    try (Stream<Path> files = Files.list(out)) {
      return files.toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean holds(Path image, String format) {
    return TinyFilesystem.run(
        "qemu-img", "compare", "-f", "raw", "-F", format, original.toString(), image.toString());
  }

  @Test
  void theNameOfTheFileSaysItsFormatUnlessTheUserDoes() throws IOException {
    Path qcow2 = out.resolve("a.qcow2");
    assertThat(ekkofs.run("restore", "web/b", qcow2.toString()).ok().out())
        .isEqualTo("restored web/b to %s as qcow2 and read it back%n".formatted(qcow2));
    assertThat(holds(qcow2, "qcow2")).isTrue();
    Path raw = out.resolve("b.qcow2");
    ekkofs.run("restore", "web/b", raw.toString(), "--format", "raw", "--no-verify").ok();
    assertThat(Files.mismatch(raw, original)).isEqualTo(-1);
    ekkofs
        .run("restore", "web/b", raw.toString(), "--force", "--format", "raw", "-c")
        .fails(2, "raw disks cannot be compressed");
    ekkofs.run("restore", "web/b", qcow2.toString()).fails(4, "--force");
    assertThat(files()).hasSize(2);
  }

  /** A restore by the real qemu-img, slowed down, that has begun to write. */
  private Ekkofs.Running startSlowly(Path image) throws IOException {
    Path programs = Files.createDirectories(dir.resolve("bin"));
    Path script = programs.resolve("qemu-img");
    Files.writeString(
        script,
        """
        #!/bin/sh
        PATH=${PATH#*:}
        [ "$1" != convert ] || { shift; set -- convert -r 100k "$@"; }
        exec qemu-img "$@"
        """);
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    Ekkofs.Running running =
        ekkofs
            .with("PATH", programs + ":" + System.getenv("PATH"))
            .start("restore", "web/b", image.toString());
    Await.until("the image grows", () -> files().stream().anyMatch(part -> sizeIn(part) > 1 << 18));
    assertThat(mounts(running)).hasSize(1);
    return running;
  }

  private static long sizeIn(Path folder) {
    try {
      Path image = folder.resolve("d.qcow2");
      return Files.exists(image) ? Files.size(image) : 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void oneThatIsInterruptedLeavesNoFileNoMountAndNoProcess() throws IOException {
    Ekkofs.Running running = startSlowly(out.resolve("d.qcow2"));
    List<ProcessHandle> started = running.process().descendants().toList();
    assertThat(started).isNotEmpty();
    running.signal("INT");
    running.await().interrupted();
    assertThat(files()).isEmpty();
    assertThat(mounts(running)).isEmpty();
    assertThat(started).noneMatch(ProcessHandle::isAlive);
  }

  @Test
  void whatAKilledOneLeavesOfItsMountTheNextTakesAway() throws IOException {
    Ekkofs.Running running = startSlowly(out.resolve("d.qcow2"));
    List<ProcessHandle> started = running.process().descendants().toList();
    List<Path> left = mounts(running);
    running.process().destroyForcibly();
    running.await();
    Await.until("qemu-img ends", () -> started.stream().noneMatch(ProcessHandle::isAlive));
    assertThat(files()).noneMatch(file -> file.endsWith("d.qcow2"));
    ekkofs.run("restore", "web/b", out.resolve("e.vdi").toString()).ok();
    assertThat(mounts(running)).isEmpty();
    assertThat(left).noneMatch(place -> Files.exists(place));
  }
}
