package org.ekkofs.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.ekkofs.backup.LocalState;
import org.ekkofs.backup.Progress;
import org.ekkofs.backup.Repository;
import org.ekkofs.backup.SnapshotRequest;
import org.ekkofs.backup.Snapshots;
import org.ekkofs.backup.Surroundings;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.BackupPath;
import org.ekkofs.source.MountedBackups;
import org.ekkofs.source.SourceAddress;
import org.ekkofs.source.SourceOptions;
import org.ekkofs.store.folder.FolderObjectStore;
import org.ekkofs.testing.CountingSource;
import org.ekkofs.testing.Ekkofs;
import org.ekkofs.testing.ModelDisk;
import org.ekkofs.testing.QemuImg;
import org.ekkofs.testing.TestRepository;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Overlays over the disks of a real mount find their parent there, and are read alone. */
class OverlayOverMountIT {
  private static final int CLUSTER = 64 << 10;
  private static final int SIZE = 16 << 20;

  @TempDir Path temporary;
  private final List<String> remarks = new ArrayList<>();

  private record Taken(TrackedBackup backup, SnapshotRequest request, long bytesRead) {}

  private Taken take(Repository repository, Path image, String target, String parent) {
    SnapshotRequest request =
        new SnapshotRequest(
            BackupPath.parse(target),
            Optional.of(parent).filter(text -> !text.isEmpty()).map(BackupName::new));
    Sources sources =
        new Sources(
            new BasisFinder(repository), MountedBackups.now(Optional.empty()), remarks::add);
    SourceDisk disk = new SourceDisk(new SourceAddress.Image(image), request);
    try (Sources.Opened opened = sources.open(disk, SourceOptions.DEFAULT)) {
      CountingSource counted = new CountingSource(opened.disk());
      TrackedBackup backup =
          new Snapshots(repository).take(counted, opened.request(), Progress.NONE);
      return new Taken(backup, opened.request(), counted.bytesRead());
    }
  }

  private static Path overlay(Path image, Path backing, String format) {
    QemuImg.img("create", "-q", "-f", "qcow2", "-b", backing, "-F", format, image);
    return image;
  }

  @Test
  void findTheirParentAndAreReadAlone() throws IOException {
    Path folder = temporary.toRealPath();
    Path store = folder.resolve("repository");
    Ekkofs ekkofs = new Ekkofs(store, folder.resolve("scratch"));
    Path base =
        TestRepository.file(folder.resolve("base.raw"), ModelDisk.random(SIZE, new Random(8)));
    Path mount = Files.createDirectory(folder.resolve("mount"));
    Repository.init(FolderObjectStore.create(store), Clock.systemUTC());
    try (Repository repository =
        Repository.open(
            FolderObjectStore.open(store),
            new LocalState(folder.resolve("local")),
            Surroundings.real())) {
      take(repository, base, "web/base", "");
      take(repository, base, "web/same", "base");
      take(repository, base, "db/base", "");
      ekkofs.run("mount", mount.toString()).ok();
      try {
        takeOverlays(repository, ekkofs, folder, mount);
      } finally {
        ekkofs.run("umount", mount.toString()).ok();
      }
    }
  }

  private void takeOverlays(Repository repository, Ekkofs ekkofs, Path folder, Path mount)
      throws IOException {
    Path lower = overlay(folder.resolve("lower.qcow2"), mount.resolve("web/base.raw"), "raw");
    QemuImg.io(lower, "qcow2", "write -P 7 3M 64k", "write -P 8 9M 64k");
    Taken first = take(repository, lower, "web/first", "");
    assertThat(first.request().parent()).contains(new BackupName("base"));
    assertThat(first.backup().parent())
        .contains(repository.tree(TestRepository.TREE).find(new BackupName("base")).id());
    assertThat(first.bytesRead()).isEqualTo(2 * CLUSTER);

    Path upper = overlay(folder.resolve("upper.qcow2"), lower, "qcow2");
    QemuImg.io(upper, "qcow2", "write -P 9 3M 64k");
    Taken second = take(repository, upper, "web/second", "base");
    assertThat(second.bytesRead()).as("both images above the mount's").isEqualTo(2 * CLUSTER);
    assertThat(remarks).isEmpty();
    ekkofs.run("restore", "web/second", folder.resolve("restored").toString()).ok();
    assertThat(Files.mismatch(folder.resolve("restored"), convert(upper, folder))).isEqualTo(-1);

    assertReadWhole(take(repository, lower, "web/third", "same"), "rests on web/base and not on");
    assertReadWhole(take(repository, lower, "db/first", ""), "another tree, web");
    assertJobsRefuse(mount, lower);
    assertImageInABackupIsNotItsDisk(repository, folder, mount);

    repository.tree(TestRepository.TREE).delete(new BackupName("base"));
    assertReadWhole(take(repository, upper, "web/fourth", ""), "was deleted");
  }

  private static Path convert(Path image, Path folder) {
    Path raw = folder.resolve("converted");
    QemuImg.img("convert", "-f", "qcow2", "-O", "raw", image, raw);
    return raw;
  }

  private void assertReadWhole(Taken taken, String remark) {
    assertThat(taken.bytesRead()).isGreaterThan(SIZE / 4);
    assertThat(remarks).singleElement().asString().contains(remark).contains("all of it is read");
    remarks.clear();
  }

  /** Content of a backup that is an image itself is not that backup's disk. */
  private void assertImageInABackupIsNotItsDisk(Repository repository, Path folder, Path mount)
      throws IOException {
    Path inner = folder.resolve("inner");
    QemuImg.img("create", "-q", "-f", "qcow2", inner, SIZE);
    take(repository, inner, "web/inner", "");
    remarks.clear();
    Path shown = mount.resolve("web/inner.raw");
    refresh(mount.resolve("control/look"));
    Path over = overlay(folder.resolve("over.qcow2"), shown, "qcow2");
    Taken taken = take(repository, over, "web/over", "");
    assertThat(taken.request().parent()).isEmpty();
    assertThat(remarks).isEmpty();
  }

  private static void refresh(Path job) throws IOException {
    Files.writeString(job, "refresh\n");
    assertThat(Files.readString(Path.of(job + ".done"))).startsWith("done");
  }

  /** The process that serves the mount must not wait for itself, whatever leads there. */
  private static void assertJobsRefuse(Path mount, Path overlay) throws IOException {
    Path link = Files.createSymbolicLink(overlay.resolveSibling("link"), mount);
    Path job = mount.resolve("control/job");
    for (Path source : List.of(overlay, link.resolve("web/base.raw"))) {
      assertThatThrownBy(() -> Files.writeString(job, "snapshot " + source + " web/x\n"))
          .isInstanceOf(IOException.class);
      assertThat(Files.readString(job))
          .contains("lies in this very mount; snapshot it with \"ekkofs snapshot\" instead");
      Files.delete(job);
    }
    Path plain = overlay.resolveSibling("plain.qcow2");
    QemuImg.img("create", "-q", "-f", "qcow2", plain, "2M");
    Files.writeString(job, "snapshot " + plain + " web/plain\n");
    assertThat(Files.readString(Path.of(job + ".done"))).startsWith("done: 1 line");
  }
}
