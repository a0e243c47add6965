package org.ekkofs.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.ekkofs.model.TreeName;
import org.ekkofs.testing.Await;
import org.ekkofs.testing.BigTree;
import org.ekkofs.testing.DiskImage;
import org.ekkofs.testing.Ekkofs;
import org.ekkofs.testing.FuseLibrary;
import org.ekkofs.testing.HastyFolder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ten thousand backups of one tree, through the command line and the kernel. */
class ManyBackupsIT {
  private static final int BACKUPS = 10_000;
  private static final String FIRST = "backup-0.raw";

  @TempDir private Path folder;
  private Path mountpoint;
  private Ekkofs ekkofs;

  private void prepare(String binding) throws IOException {
    FuseLibrary.require(binding);
    mountpoint = Files.createDirectory(folder.resolve("mnt"));
    ekkofs = new Ekkofs(folder.resolve("repository"), folder.resolve("scratch"));
    ekkofs.run("init").ok();
    try (HastyFolder store = new HastyFolder(folder.resolve("repository"))) {
      BigTree.write(store, new TreeName("web"), BACKUPS, 0);
    }
  }

  @AfterEach
  void unmount() {
    if (ekkofs != null) {
      ekkofs.program("umount", "-l", mountpoint.toString());
    }
  }

  private static List<String> expected() {
    return IntStream.range(0, BACKUPS).mapToObj(n -> "backup-" + n).toList();
  }

  /** The names as the directory tells them. */
  private List<String> listed() throws IOException {
    try (Stream<Path> files = Files.list(mountpoint.resolve("web"))) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"fuse3", "fuse2"})
  void allNamesComeInOrderAndChangesShow(String binding) throws IOException {
    prepare(binding);
    assertThat(ekkofs.run("ls", "web").ok().out().lines().skip(1))
        .hasSize(BACKUPS)
        .extracting(line -> line.substring(0, line.indexOf(' ')))
        .containsExactlyElementsOf(expected());
    ekkofs.run("mount", mountpoint.toString(), "-o", "refresh=1,binding=" + binding).ok();

    List<String> names =
        expected().stream().map(name -> name + ".raw").collect(Collectors.toList());
    names.add("latest.raw");
    assertThat(listed()).containsExactlyElementsOf(names);
    try (Stream<Path> files = Files.list(mountpoint.resolve("web"))) {
      assertThat(files).allMatch(file -> file.toFile().length() == BigTree.DISK_BYTES);
    }

    DiskImage disk = new DiskImage(10, 3 << 20);
    Path source = disk.writeTo(folder.resolve("disk.raw"));
    ekkofs.run("snapshot", source.toString(), "web/new").ok();
    ekkofs.run("delete", "web/backup-0").ok();
    Await.until("both changes show", () -> shows("new.raw") && !shows(FIRST));
    assertThat(mountpoint.resolve("web/latest.raw")).hasBinaryContent(disk.bytes());
    names.remove(FIRST);
    names.add(BACKUPS - 1, "new.raw");
    assertThat(listed()).containsExactlyElementsOf(names);
  }

  private boolean shows(String name) {
    return Files.exists(mountpoint.resolve("web").resolve(name));
  }
}
