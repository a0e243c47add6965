package org.ekkofs.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.ekkofs.backup.CrashPoint;
import org.ekkofs.testing.Await;
import org.ekkofs.testing.DiskImage;
import org.ekkofs.testing.Ekkofs;
import org.ekkofs.testing.Ekkofs.Result;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Snapshots that die in the middle, or that run at the same time. */
@Tag("long")
class KilledSnapshotIT {
  private static final int MIB = 1 << 20;

  @TempDir Path folder;
  private Ekkofs ekkofs;
  private DiskImage disk;
  private Path file;

  @BeforeEach
  void initialize() {
    ekkofs = new Ekkofs(folder.resolve("repository"), folder.resolve("scratch"));
    ekkofs.run("init").ok();
    disk = new DiskImage(1, 24 * MIB);
    file = disk.writeTo(folder.resolve("disk.raw"));
  }

  @ParameterizedTest
  @EnumSource(
      value = CrashPoint.class,
      names = {"AFTER_INTENT", "BETWEEN_CHUNKS", "BEFORE_MANIFEST", "AFTER_MANIFEST"})
  void deathBeforeTheCommitLeavesTheNameFree(CrashPoint point) throws IOException {
    ekkofs.run("snapshot", file.toString(), "web/base").ok();
    disk.churn(50);
    disk.writeTo(file);
    Result died =
        ekkofs
            .with("EKKOFS_CRASH_AT", point + (point == CrashPoint.BETWEEN_CHUNKS ? ":9" : ""))
            .run("snapshot", file.toString(), "web/next", "--parent", "web/base");
    assertThat(died.status()).isEqualTo(137);
    ekkofs.run("show", "web/next").fails(3, "web/next");
    assertThat(ekkofs.run("ls", "web", "--all").ok().out()).contains("unfinished");
    ekkofs.run("snapshot", file.toString(), "web/next", "--parent", "web/base").ok();
    verifyAndCompare("web/next");
  }

  @Test
  void deathAfterTheCommitLeavesTheBackup() throws IOException {
    Result died =
        ekkofs
            .with("EKKOFS_CRASH_AT", CrashPoint.AFTER_COMMIT.toString())
            .run("snapshot", file.toString(), "web/base");
    assertThat(died.status()).isEqualTo(137);
    verifyAndCompare("web/base");
  }

  @Test
  void deathAfterHidingLeavesTheBackupHiddenAndWhole() throws IOException {
    ekkofs.run("snapshot", file.toString(), "web/base").ok();
    Result died =
        ekkofs.with("EKKOFS_CRASH_AT", CrashPoint.AFTER_HIDE.toString()).run("delete", "web/base");
    assertThat(died.status()).isEqualTo(137);
    ekkofs.run("show", "web/base").fails(3, "web/base");
    ekkofs.run("undelete", "web/base").ok();
    verifyAndCompare("web/base");
  }

  @Test
  void killAtRandomMomentsLosesNothingCommitted() throws Exception {
    Random random = new Random(2);
    String parent = "";
    for (int round = 0; round < 8; round++) {
      disk.churn(30);
      disk.writeTo(file);
      String name = "web/round" + round;
      Ekkofs.Running running =
          parent.isEmpty()
              ? ekkofs.start("snapshot", file.toString(), name)
              : ekkofs.start("snapshot", file.toString(), name, "--parent", parent);
      if (!running.process().waitFor(100 + random.nextInt(1500), TimeUnit.MILLISECONDS)) {
        running.kill();
      }
      if (ekkofs.run("show", name).status() != 0) {
        Result again =
            parent.isEmpty()
                ? ekkofs.run("snapshot", file.toString(), name)
                : ekkofs.run("snapshot", file.toString(), name, "--parent", parent);
        again.ok();
      }
      parent = name;
      verifyAndCompare(name);
    }
  }

  @Test
  void interruptEndsASnapshotCleanly() throws IOException {
    Path large = Files.createFile(folder.resolve("large.raw"));
    for (int seed = 3; seed < 7; seed++) {
      Path part = new DiskImage(seed, 192 * MIB).writeTo(folder.resolve("part.raw"));
      try (OutputStream out = Files.newOutputStream(large, StandardOpenOption.APPEND)) {
        Files.copy(part, out);
      }
    }
    Ekkofs.Running running = ekkofs.start("snapshot", large.toString(), "web/large");
    Await.until(
        "the first chunks", () -> Files.exists(folder.resolve("repository/trees/web/chunks")));
    ekkofs.program("sh", "-c", "kill -INT " + running.process().pid());
    running.await().interrupted();
    assertThat(ekkofs.run("ls", "web", "--all").ok().out()).doesNotContain("unfinished");
    ekkofs.run("show", "web/large").fails(3, "web/large");
    ekkofs.run("snapshot", file.toString(), "web/large").ok();
    verifyAndCompare("web/large");
  }

  @Test
  void twoProcessesSnapshotIntoOneTreeAtOnce() throws IOException {
    Path other = new DiskImage(4, 20 * MIB).writeTo(folder.resolve("other.raw"));
    Ekkofs.Running first = ekkofs.start("snapshot", file.toString(), "web/first");
    Ekkofs.Running second = ekkofs.start("snapshot", other.toString(), "web/second");
    first.await().ok();
    second.await().ok();
    verifyAndCompare("web/first");
    compare("web/second", other);
  }

  @Test
  void ofTwoSnapshotsWithOneNameExactlyOneWins() throws IOException {
    Ekkofs.Running first = ekkofs.start("snapshot", file.toString(), "web/same");
    Ekkofs.Running second = ekkofs.start("snapshot", file.toString(), "web/same");
    int one = first.await().status();
    int two = second.await().status();
    assertThat(new int[] {one, two}).contains(0);
    assertThat(Math.max(one, two)).isIn(4, 5);
    verifyAndCompare("web/same");
  }

  private void verifyAndCompare(String backup) throws IOException {
    ekkofs.run("verify", "--read-data").ok();
    compare(backup, file);
  }

  private void compare(String backup, Path expected) throws IOException {
    Path restored = folder.resolve("restored.raw");
    ekkofs.run("restore", backup, restored.toString(), "--force").ok();
    assertThat(Files.mismatch(restored, expected)).isEqualTo(-1);
  }
}
