package org.ekkofs.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.ekkofs.vfs.ErrnoException;
import org.ekkofs.vfs.OpenFile;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The contract, and what only libfuse 3 can do. */
class Fuse3MountIT extends MountContract {
  private static final String SEEK =
      """
      import os, sys
      fd = os.open(sys.argv[1], os.O_RDONLY)
      for arg in sys.argv[2:]:
          for whence in (os.SEEK_DATA, os.SEEK_HOLE):
              try: print(os.lseek(fd, int(arg), whence))
              except OSError as e: print(-e.errno)
      """;

  @Override
  Binding binding() {
    return Binding.FUSE3;
  }

  @Override
  boolean isInstalled() {
    return Fuse3Library.load().isPresent();
  }

  @Test
  void seekFindsDataAndHoles() throws Exception {
    assumeTrue(Shell.has("python3"), "there is no python3 to call lseek with");
    long size = tree.content.size();
    long block = SparseContent.BLOCK;
    List<Long> offsets =
        List.of(
            0L,
            1L,
            block,
            2 * block - 1,
            2 * block,
            3 * block,
            4 * block + 7,
            size - 1,
            size,
            size + 1);
    List<String> command =
        new ArrayList<>(List.of("python3", "-c", SEEK, disk("sparse.raw").toString()));
    offsets.forEach(offset -> command.add(offset.toString()));
    List<String> expected = new ArrayList<>();
    for (long offset : offsets) {
      expected.add(expected(offset, OpenFile.Seek.DATA));
      expected.add(expected(offset, OpenFile.Seek.HOLE));
    }
    assertThat(Shell.run(command.toArray(String[]::new)).output().lines())
        .containsExactlyElementsOf(expected);
  }

  @Override
  protected @Nullable Void useEverything() throws Exception {
    seekFindsDataAndHoles();
    return super.useEverything();
  }

  private String expected(long offset, OpenFile.Seek what) {
    try {
      return Long.toString(tree.content.seek(offset, what));
    } catch (ErrnoException e) {
      return Integer.toString(-e.errno().number());
    }
  }

  @Test
  void copyKeepsTheHoles() throws Exception {
    Path copy = directory.resolve("copy.raw");
    assertThat(
            Shell.run("cp", "--sparse=auto", disk("sparse.raw").toString(), copy.toString())
                .status())
        .isZero();
    assertThat(Shell.run("cmp", disk("sparse.raw").toString(), copy.toString()).status()).isZero();
    String blocks = Shell.run("stat", "-c", "%b", copy.toString()).output().strip();
    assertThat(Long.parseLong(blocks) * 512).isLessThan(tree.content.size() / 2);
  }

  @Test
  void namesThatGoAreGoneAtOnceAndOpenFilesStay() throws IOException {
    assertThat(disk("sparse.raw")).exists();
    try (FileChannel channel = FileChannel.open(disk("sparse.raw"))) {
      tree.hide("sparse.raw");
      Shell.await("the name is gone", () -> Files.notExists(disk("sparse.raw")));
      assertThat(channel.read(ByteBuffer.allocate(10), 1 << 20)).isEqualTo(10);
      assertThat(channel.size()).isEqualTo(tree.content.size());
    }
  }

  @Test
  void namesThatComeAreThereAtOnce() {
    assertThat(disk("new.raw")).doesNotExist();
    tree.add("new.raw");
    Shell.await("the name is there", () -> Files.exists(disk("new.raw")));
  }

  @Test
  void theKernelAsksForWholeMebibytes() throws Exception {
    try (FileChannel channel = FileChannel.open(disk("sparse.raw"))) {
      ByteBuffer target = ByteBuffer.allocateDirect(8 << 20);
      while (target.hasRemaining() && channel.read(target) > 0) {
        // Until it is full.
      }
    }
    assertThat(tree.largestRequest()).isEqualTo(1 << 20);
  }
}
