package org.ekkofs.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.ekkofs.backup.CrashPoint;
import org.ekkofs.testing.Await;
import org.ekkofs.testing.DiskImage;
import org.ekkofs.testing.Ekkofs;
import org.ekkofs.testing.TestRepository;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sweeps that die in the middle, and writers that sleep while they are swept over. */
@Tag("long")
class KilledSweepIT {
  private static final int MIB = 1 << 20;
  private static final int LARGE_BYTES = 256 * MIB;

  @TempDir Path folder;
  private Ekkofs ekkofs;
  private WatchedTree tree;
  private Path disk;

  @BeforeEach
  void takeBackups() {
    Path repository = folder.resolve("repository");
    ekkofs = new Ekkofs(repository, folder.resolve("scratch"));
    ekkofs.run("init").ok();
    DiskImage image = new DiskImage(5, 8 * MIB);
    disk = image.writeTo(folder.resolve("disk.raw"));
    ekkofs.run("snapshot", disk.toString(), "web/base", "--segment-size", "256K").ok();
    image.churn(1500);
    image.writeTo(disk);
    ekkofs.run("snapshot", disk.toString(), "web/kept", "--parent", "web/base").ok();
    tree = new WatchedTree(repository, TestRepository.TREE, folder.resolve("watcher"));
  }

  @AfterEach
  void close() {
    tree.close();
  }

  @ParameterizedTest
  @EnumSource(
      value = CrashPoint.class,
      names = {
        "BEFORE_PLAN",
        "AFTER_PLAN",
        "BETWEEN_DELETES",
        "BEFORE_MANIFEST_DELETE",
        "BEFORE_SWEPT",
        "AFTER_SWEPT"
      })
  void theNextSweepFinishesWhatOneThatDiedHasBegun(CrashPoint point) throws IOException {
    ekkofs.run("delete", "web/base").ok();
    StoredFiles before = tree.objects();
    assertThat(
            ekkofs.with("EKKOFS_CRASH_AT", point.toString()).run("sweep", "web", "--now").status())
        .isEqualTo(137);
    requireKept();
    ekkofs.run("sweep", "web", "--now").ok();
    tree.objects().assertOnlyFewerThan(before);
    tree.assertNothingElseIsLeft();
    requireKept();
  }

  @Test
  void writerThatSleptThroughItsRevocationIsToldAndHasNothingLeft() throws IOException {
    Path large = new DiskImage(6, LARGE_BYTES).writeTo(folder.resolve("large.raw"));
    Ekkofs.Running writer =
        ekkofs.start("-q", "snapshot", large.toString(), "web/late", "--parent", "web/base");
    try {
      Await.until("it has stored something", () -> !chunksOfUnfinished().isEmpty());
      writer.signal("STOP");
      ekkofs.run("revoke", "web/late").fails(5, "--force");
      ekkofs.run("revoke", "web/late", "--force").ok();
      ekkofs.run("delete", "web/base").ok();
      ekkofs.run("sweep", "web", "--now").ok();
      tree.assertNothingElseIsLeft();
      writer.signal("CONT");
      writer.await().fails(5, "revoked");
    } finally {
      writer.kill();
    }
    requireKept();
    ekkofs.run("sweep", "web", "--now").ok();
    tree.assertNothingElseIsLeft();
  }

  private List<String> chunksOfUnfinished() {
    return tree.unfinished("late")
        .map(
            backup ->
                tree.objects().paths().stream()
                    .filter(path -> path.startsWith("chunks/" + backup.id()))
                    .toList())
        .orElse(List.of());
  }

  private void requireKept() throws IOException {
    assertThat(ekkofs.run("verify", "web", "--read-data").ok().out()).contains("all is well");
    Path restored = folder.resolve("restored.raw");
    ekkofs.run("restore", "web/kept", restored.toString(), "--force").ok();
    assertThat(Files.mismatch(restored, disk)).isEqualTo(-1);
  }
}
