package org.ekkofs.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.ekkofs.vfs.LocalCopy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files that the kernel reads from a local copy. The copies here hold other bytes than the files,
 * so that it shows who was read. Where passthrough is not to be had, the same opens must be
 * ordinary.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PassthroughIT {
  private static final int SIZE = (8 << 20) + 12_345;
  private static final byte MARK = 0x5a;

  @TempDir Path directory;
  private TestTree tree;
  private Fuse3Mount mount;
  private boolean passes;
  private Copy copy;

  private static final class Copy implements LocalCopy {
    private final Path path;
    private volatile boolean intact = true;

    Copy(Path path) {
      this.path = path;
    }

    @Override
    public Path path() {
      return path;
    }

    @Override
    public boolean isIntact(Path opened) {
      try {
        return intact && Files.isSameFile(opened, path);
      } catch (IOException e) {
        return false;
      }
    }
  }

  @BeforeEach
  void mount() throws IOException {
    assumeTrue(Files.isWritable(Path.of("/dev/fuse")), "there is no /dev/fuse to write to");
    assumeTrue(Fuse3Library.load().isPresent(), "libfuse 3 is not installed");
    tree = new TestTree(new SparseContent(SIZE, 3, 1));
    copy = new Copy(marked(directory.resolve("copy.raw")));
    mount = mountAt("mnt");
    boolean expected =
        PassthroughLibrary.load().isPresent()
            && Libc.calls().geteuid() == 0
            && Fuse3Layout.customIoIsKnown(Fuse3Library.load().orElseThrow().version());
    passes = mount.passesThrough();
    assertThat(passes && !expected).isFalse();
    assumeTrue(passes || !expected, "the kernel does not offer passthrough");
  }

  private Fuse3Mount mountAt(String name) throws IOException {
    Path mountpoint = Files.createDirectory(directory.resolve(name));
    FuseOptions options = FuseOptions.defaults().withBinding(Binding.FUSE3);
    return (Fuse3Mount) Fuse.mount(tree, mountpoint, options);
  }

  private static Path marked(Path file) throws IOException {
    byte[] bytes = new byte[SIZE];
    Arrays.fill(bytes, MARK);
    return Files.write(file, bytes);
  }

  @AfterEach
  void unmount() {
    if (mount != null) {
      mount.close();
      assertThat(tree.openFiles()).isZero();
    }
  }

  private FileChannel open(String disk) throws IOException {
    return FileChannel.open(mount.mountpoint().resolve("disks").resolve(disk));
  }

  private static byte[] read(FileChannel file, int from, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining()) {
      assertThat(file.read(bytes, from + bytes.position())).isPositive();
    }
    return bytes.array();
  }

  private void assertReadsCopy(FileChannel file) throws IOException {
    if (!passes) {
      assertReadsOurs(file);
      return;
    }
    long before = tree.reads();
    byte[] marks = new byte[SIZE - 1];
    Arrays.fill(marks, MARK);
    assertThat(Arrays.equals(read(file, 1, SIZE - 1), marks)).as("bytes of the copy").isTrue();
    assertThat(tree.reads()).as("requests that reached us").isEqualTo(before);
  }

  private void assertReadsOurs(FileChannel file) throws IOException {
    byte[] expected = tree.content.bytes(1, SIZE - 1);
    assertThat(Arrays.equals(read(file, 1, SIZE - 1), expected)).as("our own bytes").isTrue();
  }

  @Test
  void kernelReadsTheCopyAndAsksUsNothing() throws IOException {
    tree.copy = Optional.of(copy);
    try (FileChannel one = open("sparse.raw");
        FileChannel two = open("sparse.raw")) {
      assertReadsCopy(one);
      assertReadsCopy(two);
      assertThat(one.size()).isEqualTo(SIZE);
    }
    try (FileChannel again = open("sparse.raw")) {
      assertReadsCopy(again);
    }
  }

  @Test
  void mappedAndDirectReadsComeFromTheCopyToo() throws Exception {
    tree.copy = Optional.of(copy);
    try (FileChannel file = open("sparse.raw")) {
      byte expected = passes ? MARK : tree.content.bytes(SIZE - 1, 1)[0];
      assertThat(file.map(FileChannel.MapMode.READ_ONLY, 0, SIZE).get(SIZE - 1))
          .isEqualTo(expected);
    }
    String disk = mount.mountpoint().resolve("disks/sparse.raw").toString();
    Shell.Result direct =
        Shell.run("dd", "if=" + disk, "iflag=direct", "bs=1M", "count=4", "of=/dev/null");
    assertThat(direct.status()).as(direct.output()).isZero();
    assertThat(tree.reads() == 0).isEqualTo(passes);
  }

  @Test
  void copyThatAppearsWhileTheFileIsOpenWaitsForTheLastClose() throws IOException {
    try (FileChannel before = open("sparse.raw")) {
      assertReadsOurs(before);
      tree.copy = Optional.of(copy);
      try (FileChannel meanwhile = open("sparse.raw")) {
        assertReadsOurs(meanwhile);
      }
      try (FileChannel cached = open("cold.raw")) {
        assertReadsCopy(cached);
      }
      assertReadsOurs(before);
    }
    awaitNothingOpen();
    try (FileChannel after = open("sparse.raw")) {
      assertReadsCopy(after);
    }
  }

  @Test
  void copyThatIsRemovedWhileTheFileIsOpenIsReadToTheEnd() throws IOException {
    tree.copy = Optional.of(copy);
    try (FileChannel before = open("sparse.raw")) {
      assertReadsCopy(before);
      tree.copy = Optional.empty();
      Files.delete(copy.path());
      try (FileChannel meanwhile = open("sparse.raw")) {
        assertReadsCopy(meanwhile);
      }
      assertReadsCopy(before);
    }
    awaitNothingOpen();
    try (FileChannel after = open("sparse.raw")) {
      assertReadsOurs(after);
    }
  }

  /** The kernel tells us of a close after the one who closed has gone on. */
  private void awaitNothingOpen() {
    Shell.await("all files are closed", () -> tree.openFiles() == 0);
  }

  @Test
  void copyThatWasTouchedIsNotUsed() throws IOException {
    tree.copy = Optional.of(copy);
    copy.intact = false;
    try (FileChannel file = open("sparse.raw")) {
      assertReadsOurs(file);
    }
  }

  @Test
  void copyThatTheKernelRefusesMakesTheOpenOrdinary() throws IOException {
    tree.copy = Optional.of(new Copy(Path.of("/proc/self/status")));
    try (FileChannel folder = open("sparse.raw")) {
      tree.copy = Optional.of(new Copy(directory));
      try (FileChannel file = open("cold.raw")) {
        assertReadsOurs(file);
      }
      assertThat(folder.size()).isEqualTo(SIZE);
    }
  }

  @Test
  void withoutTheLibraryEverythingIsReadFromUs() throws IOException {
    String place = System.getProperty(PassthroughLibrary.PLACE, "");
    mount.close();
    System.setProperty(PassthroughLibrary.PLACE, directory.resolve("nothing.so").toString());
    try {
      mount = mountAt("other");
    } finally {
      System.setProperty(PassthroughLibrary.PLACE, place);
    }
    tree.copy = Optional.of(copy);
    assertThat(mount.passesThrough()).isFalse();
    try (FileChannel file = open("sparse.raw")) {
      assertReadsOurs(file);
    }
  }

  @Test
  void libraryThatIsNoneIsAsGoodAsMissing() throws IOException {
    String place = System.getProperty(PassthroughLibrary.PLACE, "");
    System.setProperty(PassthroughLibrary.PLACE, copy.path().toString());
    try {
      assertThat(PassthroughLibrary.load()).isEmpty();
    } finally {
      System.setProperty(PassthroughLibrary.PLACE, place);
    }
  }

  @Test
  void manyOpensAtOnceAllSucceed() throws Exception {
    tree.copy = Optional.of(copy);
    String script =
        "for i in 1 2 3 4 5 6 7 8; do (for j in 1 2 3 4 5 6 7 8 9 10; do"
            + " head -c 65536 \"$1\" > /dev/null || exit 1; done) & pids=\"$pids $!\"; done;"
            + " for p in $pids; do wait $p || exit 1; done";
    String disk = mount.mountpoint().resolve("disks/sparse.raw").toString();
    Shell.Result result = Shell.run("sh", "-c", script, "sh", disk);
    assertThat(result.status()).as(result.output()).isZero();
    assertThat(result.output()).isEmpty();
  }
}
