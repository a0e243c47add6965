package org.ekkofs.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.RefusedException;
import org.ekkofs.model.TreeName;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MountedBackupsTest {
  private static final BackupId ID = new BackupId(new UUID(1, 2));

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void makeFileWithTheAttributesOfABackup() throws IOException {
    folder = folder.toRealPath();
    file = Files.createFile(folder.resolve("monday.raw"));
    attribute("ekkofs.id", ID.toString());
    attribute("ekkofs.tree", "web");
    attribute("ekkofs.repository", "r");
  }

  private void attribute(String name, String value) throws IOException {
    Files.setAttribute(
        file, "user:" + name, java.nio.ByteBuffer.wrap(value.getBytes(StandardCharsets.UTF_8)));
  }

  private static String device(Path path) throws IOException {
    long device = (long) Files.getAttribute(path, "unix:dev");
    return (device >> 8 & 0xfff) + ":" + (device & 0xff | device >> 12 & ~0xffL);
  }

  private MountInfo mount(String type, Optional<Long> user) throws IOException {
    return new MountInfo(device(folder), folder, type, "ekkofs", user);
  }

  private MountedBackups mounts(String type, long user) throws IOException {
    return MountedBackups.of(List.of(mount(type, Optional.of(user))), Optional.empty());
  }

  private static long self() throws IOException {
    return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
  }

  @Test
  void aFileInAMountIsTheBackupThatItSaysItIs() throws IOException {
    MountedBackups mounts = mounts("fuse.ekkofs", self());
    assertThat(mounts.contains(file)).isTrue();
    assertThat(mounts.find(file)).contains(new Basis("r", new TreeName("web"), ID));
  }

  @Test
  void attributesAloneAreNotBelieved() throws IOException {
    for (MountedBackups mounts : List.of(mounts("ext4", 0), MountedBackups.now(Optional.empty()))) {
      assertThat(mounts.contains(file)).isFalse();
      assertThat(mounts.find(file)).isEmpty();
    }
  }

  @Test
  void aMountOfAnotherUserIsNotBelieved() throws IOException {
    assertThat(mounts("fuse.ekkofs", self() + 1).find(file)).isEmpty();
    assertThat(mounts("fuse.ekkofs", 0).find(file)).isPresent();
  }

  @Test
  void attributesThatMakeNoSenseAreNoBackup() throws IOException {
    attribute("ekkofs.id", "x");
    assertThat(mounts("fuse.ekkofs", 0).find(file)).isEmpty();
    Path plain = Files.createFile(folder.resolve("plain"));
    assertThat(mounts("fuse.ekkofs", 0).find(plain)).isEmpty();
  }

  @Test
  void theOwnMountIsFoundThroughLinksAndNotTouched() throws IOException {
    Path own = Files.createDirectory(folder.resolve("own"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), own);
    Files.createSymbolicLink(folder.resolve("disk"), Path.of("link/./web/../web/a.raw"));
    // Whoever looked at it would see that it leads elsewhere.
    Files.createDirectory(own.resolve("web"));
    Files.createSymbolicLink(own.resolve("web/a.raw"), file);
    MountedBackups mounts =
        MountedBackups.of(
            List.of(new MountInfo("0:1", own, "fuse.ekkofs", "", Optional.of(0L))),
            Optional.of(link));

    Path resolved = mounts.resolve(folder.resolve("disk"));
    assertThat(resolved).isEqualTo(own.resolve("web/a.raw"));
    assertThat(mounts.isOwn(resolved)).isTrue();
    assertThat(mounts.find(resolved)).isEmpty();
    assertThatThrownBy(() -> mounts.refuseOwn(resolved, "disk"))
        .isInstanceOf(RefusedException.class)
        .hasMessageStartingWith("disk lies in this very mount");
    assertThat(mounts.isOwn(mounts.resolve(own.resolve("../monday.raw")))).isFalse();
  }

  @Test
  void theOwnMountIsKnownAtEveryPlace() throws IOException {
    Path here = Files.createDirectory(folder.resolve("here"));
    Path there = Files.createDirectory(folder.resolve("there"));
    MountedBackups mounts =
        MountedBackups.of(
            List.of(
                new MountInfo("0:1", here, "fuse.ekkofs", "", Optional.of(0L)),
                new MountInfo("0:1", there, "fuse.ekkofs", "", Optional.of(0L))),
            Optional.of(here));
    assertThat(mounts.isOwn(there.resolve("web/a.raw"))).isTrue();
    assertThat(mounts.isOwn(folder.resolve("hereabouts"))).isFalse();
  }

  @Test
  void linksInACircleEnd() throws IOException {
    Files.createSymbolicLink(folder.resolve("a"), Path.of("b"));
    Files.createSymbolicLink(folder.resolve("b"), Path.of("a"));
    MountedBackups mounts = MountedBackups.now(Optional.empty());
    assertThatThrownBy(() -> mounts.resolve(folder.resolve("a")))
        .isInstanceOf(FileSystemLoopException.class);
  }

  @Test
  void resolvesAsTheKernelDoes() throws IOException {
    Files.createDirectories(folder.resolve("x/y"));
    Files.createSymbolicLink(folder.resolve("up"), Path.of("x/y/.."));
    Files.createSymbolicLink(folder.resolve("x/y/z"), folder.resolve("up/../monday.raw"));
    MountedBackups mounts = MountedBackups.now(Optional.empty());
    for (String name : List.of("up/y/z", "x/./y/../y/z", "up/../up/y/z", "monday.raw")) {
      Path path = folder.resolve(name);
      assertThat(mounts.resolve(path)).as(name).isEqualTo(path.toRealPath());
    }
  }
}
