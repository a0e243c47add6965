package org.ekkofs.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.ekkofs.testing.DiskImage;
import org.ekkofs.testing.Ekkofs;
import org.ekkofs.testing.Ekkofs.Result;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A tree whose log is damaged, beside one that is whole, seen by a host without a catalog. */
class DamagedLogIT {
  private static final int CORRUPT = 6;

  @TempDir Path folder;
  private Ekkofs ekkofs;
  private Path file;

  @BeforeEach
  void takeBackupsInTwoTrees() {
    ekkofs = new Ekkofs(folder.resolve("repository"), folder.resolve("scratch"));
    file = new DiskImage(1, 3 << 20).writeTo(folder.resolve("disk.raw"));
    ekkofs.run("init").ok();
    ekkofs.run("-q", "snapshot", file.toString(), "bad/one").ok();
    ekkofs.run("-q", "snapshot", file.toString(), "good/one").ok();
    ekkofs = ekkofs.with("EKKOFS_CACHE_DIR", folder.resolve("cold").toString());
  }

  private Path record(int slot) {
    return folder.resolve("repository/trees/bad/log").resolve("%016d".formatted(slot));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void missingRecordIsNotTakenForTheEnd(int slot) throws IOException {
    Files.delete(record(slot));

    hasOneBadTree("missing");
    ekkofs.run("verify", "bad").fails(CORRUPT, "missing");
  }

  @Test
  void damagedRecordLeavesOtherTreesAlone() throws IOException {
    Files.writeString(record(2), "garbage");

    hasOneBadTree("record 2 of the log of tree bad");
  }

  private void hasOneBadTree(String complaint) {
    assertThat(ekkofs.run("ls").fails(CORRUPT, complaint).out()).contains("good");
    assertThat(ekkofs.run("stats").fails(CORRUPT, complaint).out()).contains("1, and 0 deleted");
    Result verified = ekkofs.run("-q", "verify", "--read-data").fails(CORRUPT, "1 tree");
    assertThat(verified.out()).contains("bad: ").contains(complaint).doesNotContain("good");
    ekkofs.run("restore", "good/one", folder.resolve("restored").toString()).ok();
  }

  @Test
  void nothingIsWrittenIntoAGap() throws IOException {
    Files.delete(record(2));

    ekkofs.run("-q", "snapshot", file.toString(), "bad/two").fails(CORRUPT, "record 2");
    assertThat(record(2)).doesNotExist();
  }

  @Test
  void treeWhoseMakerDiedAtOnceIsNoTreeYet() throws IOException {
    Files.createDirectories(folder.resolve("repository/trees/unborn/log"));

    assertThat(ekkofs.run("ls").ok().out()).contains("good", "bad").doesNotContain("unborn");
    ekkofs.run("verify").ok();
    ekkofs.run("-q", "snapshot", file.toString(), "unborn/one").ok();
  }
}
