package org.ekkofs.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.ekkofs.testing.DiskImage;
import org.ekkofs.testing.Ekkofs;
import org.ekkofs.testing.TestRepository;
import org.ekkofs.testing.TinyFilesystem;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sweeps of a repository that is full, refuses to delete, or cannot be written. */
@Tag("long")
class TroubledSweepIT {
  private static final int MIB = 1 << 20;
  private static final int REFUSED = 5;
  private static final int UNAVAILABLE = 7;

  @TempDir Path folder;
  private TinyFilesystem filesystem;
  private Path repository;
  private Ekkofs ekkofs;
  private WatchedTree tree;
  private Path disk;

  @BeforeEach
  void takeBackups() throws IOException {
    filesystem = TinyFilesystem.ext4(folder.resolve("tiny"), 64);
    repository = filesystem.folder().resolve("repository");
    ekkofs = new Ekkofs(repository, folder.resolve("scratch"));
    ekkofs.run("init").ok();
    DiskImage image = new DiskImage(8, 8 * MIB);
    disk = image.writeTo(folder.resolve("disk.raw"));
    ekkofs.run("snapshot", disk.toString(), "web/base", "--segment-size", "256K").ok();
    image.churn(1500);
    image.writeTo(disk);
    ekkofs.run("snapshot", disk.toString(), "web/kept", "--parent", "web/base").ok();
    ekkofs.run("delete", "web/base").ok();
    tree = new WatchedTree(repository, TestRepository.TREE, folder.resolve("watcher"));
  }

  @AfterEach
  void close() {
    if (tree != null) {
      tree.close();
    }
    filesystem.close();
  }

  @Test
  void noRoomForThePlanIsSaidAndNothingIsDeleted() throws IOException {
    StoredFiles before = tree.objects();
    Path junk = fill();
    ekkofs.run("-q", "sweep", "web", "--now").fails(UNAVAILABLE, "no space left");
    assertThat(tree.objects()).isEqualTo(before);
    requireKept();
    Files.delete(junk);
    requireTheNextSweepGoesOn(before);
  }

  @Test
  void planThatIsInTheLogMakesItsOwnRoom() throws IOException {
    StoredFiles before = tree.objects();
    assertThat(ekkofs.with("EKKOFS_CRASH_AT", "AFTER_PLAN").run("sweep", "web", "--now").status())
        .isEqualTo(137);
    Path junk = fill();
    requireTheNextSweepGoesOn(before);
    Files.delete(junk);
  }

  private Path fill() throws IOException {
    Path junk = filesystem.folder().resolve("junk");
    ByteBuffer piece = ByteBuffer.allocate(512);
    try (FileChannel file =
        FileChannel.open(junk, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      while (true) {
        file.write(piece.clear());
      }
    } catch (IOException full) {
      assertThat(full).hasMessageContaining("No space left");
    }
    return junk;
  }

  @Test
  void chunksThatCannotBeDeletedFailTheSweepAndTheNextGoesOn() throws IOException {
    StoredFiles before = tree.objects();
    Path chunks = folderOfChunks();
    assertThat(TinyFilesystem.run("chattr", "+i", chunks.toString())).isTrue();
    try {
      ekkofs.run("-q", "sweep", "web", "--now").fails(UNAVAILABLE, "cannot delete");
      requireKept();
      ekkofs.run("-q", "sweep", "web", "--now").fails(UNAVAILABLE, "cannot delete");
    } finally {
      TinyFilesystem.run("chattr", "-i", chunks.toString());
    }
    ekkofs.run("undelete", "web/base").fails(3, "for good");
    requireTheNextSweepGoesOn(before);
  }

  private Path folderOfChunks() {
    String base =
        tree.all().stream()
            .filter(backup -> backup.name().value().equals("base"))
            .findFirst()
            .orElseThrow()
            .id()
            .toString();
    return repository.resolve("trees/web/chunks").resolve(base);
  }

  @Test
  void readOnlyRepositoryIsLeftAsItIs() throws IOException {
    StoredFiles before = tree.objects();
    filesystem.remount("ro");
    try {
      ekkofs.run("-q", "sweep", "web", "--now").fails(REFUSED, "read-only");
      assertThat(ekkofs.run("sweep", "web", "--now", "--dry-run").ok().out()).contains("base");
      requireKept();
      assertThat(tree.objects()).isEqualTo(before);
    } finally {
      filesystem.remount("rw");
    }
    requireTheNextSweepGoesOn(before);
  }

  private void requireTheNextSweepGoesOn(StoredFiles before) throws IOException {
    ekkofs.run("sweep", "web", "--now").ok();
    tree.objects().assertOnlyFewerThan(before);
    tree.assertNothingElseIsLeft();
    requireKept();
  }

  private void requireKept() throws IOException {
    assertThat(ekkofs.run("verify", "web", "--read-data").ok().out()).contains("all is well");
    Path restored = folder.resolve("restored.raw");
    ekkofs.run("restore", "web/kept", restored.toString(), "--force").ok();
    assertThat(Files.mismatch(restored, disk)).isEqualTo(-1);
  }
}
