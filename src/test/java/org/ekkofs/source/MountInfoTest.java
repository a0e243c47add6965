package org.ekkofs.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MountInfoTest {
  @Test
  void readsALineWithOptionalFieldsAndEscapes() {
    String line =
        "42 27 0:39 / /mnt/a\\040b\\134c rw,nosuid shared:7 master:2 - fuse.ekkofs s3://x\\011y rw,user_id=1000,group_id=7";
    assertThat(MountInfo.parse(line))
        .contains(
            new MountInfo(
                "0:39", Path.of("/mnt/a b\\c"), "fuse.ekkofs", "s3://x\ty", Optional.of(1000L)));
  }

  @Test
  void readsALineWithoutOptionalFields() {
    assertThat(MountInfo.parse("22 27 0:20 / /proc rw - proc proc rw"))
        .contains(new MountInfo("0:20", Path.of("/proc"), "proc", "proc", Optional.empty()));
  }

  @Test
  void linesOfAnotherFormAreLeftOut() {
    assertThat(MountInfo.parse("")).isEmpty();
    assertThat(MountInfo.parse("22 27 0:20 / /proc rw proc proc rw")).isEmpty();
    assertThat(MountInfo.parse("22 27 0:20 - proc proc rw")).isEmpty();
    assertThat(MountInfo.parse("22 27 0:20 / /proc rw - proc")).isEmpty();
  }

  @Test
  void aMountpointThatCanBeNoPathIsLeftOut() {
    assertThat(MountInfo.parse("22 27 0:20 / /a\\000b rw - proc proc rw")).isEmpty();
  }

  @Test
  void theKernelsTableHasARoot() {
    assertThat(MountInfo.all()).extracting(MountInfo::mountpoint).contains(Path.of("/"));
  }
}
