package org.ekkofs.source.qmp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScratchFolderTest {
  @TempDir Path parent;

  @Test
  void anybodyMayAddToItAndNobodyReplacesWhatIsAnothers() throws IOException {
    try (ScratchFolder scratch = ScratchFolder.create(parent)) {
      int mode = (int) Files.getAttribute(scratch.path(), "unix:mode");
      assertThat(mode & 07777).isEqualTo(01733);
    }
    assertThat(parent).isEmptyDirectory();
  }

  @Test
  void whatOthersPutThereIsInNobodysWay() throws IOException {
    Path left = Files.createDirectory(parent.resolve("ekkofs-live-left"));
    Files.createFile(left.resolve("lock"));
    Files.createDirectories(left.resolve("not ours.qcow2/deep"));

    ScratchFolder scratch = ScratchFolder.create(parent);
    Files.createFile(scratch.path().resolve("not ours"));
    scratch.close();

    assertThat(scratch.path().resolve("not ours")).exists();
    ScratchFolder.create(parent).close();
  }
}
