package org.ekkofs.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.ekkofs.testing.Await;
import org.ekkofs.testing.DiskImage;
import org.ekkofs.testing.Ekkofs;
import org.ekkofs.testing.Ekkofs.Result;
import org.ekkofs.testing.FuseLibrary;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a mounted repository promises, tried through the kernel, whatever the binding. */
abstract class MountedRepositoryContract {
  private static final int MIB = 1 << 20;

  @TempDir Path folder;
  private Path mountpoint;
  private Ekkofs ekkofs;

  /** The binding's name as the mount option knows it. */
  abstract String binding();

  @BeforeEach
  void initialize() throws IOException {
    FuseLibrary.require(binding());
    mountpoint = Files.createDirectory(folder.resolve("mnt"));
    ekkofs = new Ekkofs(folder.resolve("repository"), folder.resolve("scratch"));
    ekkofs.run("init").ok();
  }

  @AfterEach
  void unmount() {
    if (ekkofs != null) {
      ekkofs.program("umount", "-l", mountpoint.toString());
    }
  }

  private void mount(String... options) {
    List<String> all = new ArrayList<>(List.of("binding=" + binding(), "refresh=1"));
    all.addAll(List.of(options));
    ekkofs.run("mount", mountpoint.toString(), "-o", String.join(",", all)).ok();
  }

  private Path raw(String backup) {
    return mountpoint.resolve(backup + ".raw");
  }

  private void snapshot(DiskImage disk, String backup, String... more) {
    Path file = disk.writeTo(folder.resolve("disk.raw"));
    List<String> words = new ArrayList<>(List.of("snapshot", file.toString(), backup));
    words.addAll(List.of(more));
    ekkofs.run(words.toArray(String[]::new)).ok();
  }

  private void snapshotThroughControl(String job, DiskImage disk, String backup, String more)
      throws IOException {
    Path file = disk.writeTo(folder.resolve(job + ".raw"));
    Files.writeString(
        mountpoint.resolve("control").resolve(job),
        "snapshot %s %s %s%n".formatted(file, backup, more));
    assertThat(Files.readString(mountpoint.resolve("control").resolve(job + ".done")))
        .contains("done");
  }

  private static void assertSame(Path file, byte[] expected, Random random) throws IOException {
    assertThat(Files.size(file)).isEqualTo(expected.length);
    try (FileChannel channel = FileChannel.open(file)) {
      for (int read = 0; read < 40 && expected.length > 0; read++) {
        int from = random.nextInt(expected.length);
        int length = Math.min(1 + random.nextInt(3 * MIB / 2), expected.length - from);
        ByteBuffer target = ByteBuffer.allocate(length);
        for (int position = from; target.hasRemaining(); ) {
          int count = channel.read(target, position);
          assertThat(count).as("at %d of %d", position, expected.length).isPositive();
          position += count;
        }
        assertThat(Arrays.equals(target.array(), Arrays.copyOfRange(expected, from, from + length)))
            .as("%d bytes at %d of %s", length, from, file)
            .isTrue();
      }
    }
    assertThat(Arrays.equals(Files.readAllBytes(file), expected)).as("all of %s", file).isTrue();
  }

  @Test
  void chainOfThirtyReadsBackByteForByte() throws IOException {
    mount();
    Random random = new Random(30);
    DiskImage disk = new DiskImage(31, 9 * MIB + 12_345);
    Map<String, byte[]> expected = new HashMap<>();
    String parent = "";
    for (int number = 0; number < 30; number++) {
      String backup = "chain/day" + number;
      snapshotThroughControl("job" + number, disk, backup, parent);
      expected.put(backup, disk.bytes());
      parent = "--parent " + backup;
      disk.churn(1 + random.nextInt(40));
      if (number % 7 == 6) {
        disk.resize(disk.bytes().length + random.nextInt(3 * MIB) - MIB);
      }
    }
    for (Map.Entry<String, byte[]> backup : expected.entrySet()) {
      assertSame(raw(backup.getKey()), backup.getValue(), random);
    }
    assertThat(Files.readSymbolicLink(mountpoint.resolve("chain/latest.raw")))
        .hasToString("day29.raw");
    ekkofs.run("verify", "--read-data").ok();
  }

  @Test
  void disksOfOddSizesReadBack() throws IOException {
    Random random = new Random(7);
    mount();
    for (int size : new int[] {0, 1, 511, 16_384, MIB - 1, MIB, MIB + 1, 5 * MIB + 17}) {
      DiskImage disk = new DiskImage(size, size);
      snapshotThroughControl("odd" + size, disk, "odd/size" + size, "");
      assertSame(raw("odd/size" + size), disk.bytes(), random);
    }
  }

  @Test
  void statSaysWhatTheDiskIs() throws IOException {
    DiskImage disk = new DiskImage(3, 8 * MIB);
    disk.resize(64 * MIB);
    snapshot(disk, "web/monday");
    mount();
    Path file = raw("web/monday");
    Result stat = ekkofs.program("stat", "-c", "%s %b %a %F", file.toString()).ok();
    String[] words = stat.out().strip().split(" ", 4);
    assertThat(words[0]).isEqualTo(Integer.toString(64 * MIB));
    assertThat(Long.parseLong(words[1]) * 512).isBetween(1L, 8L * MIB);
    assertThat(words[2]).isEqualTo("440");
    assertThat(words[3]).isEqualTo("regular file");
    assertThat(Files.getAttribute(file, "user:ekkofs.tree"))
        .isEqualTo("web".getBytes(StandardCharsets.UTF_8));
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(mountpoint.resolve("control"))))
        .isEqualTo("rwx------");
  }

  @Test
  void nothingOutsideControlCanBeChanged() throws IOException {
    snapshot(new DiskImage(4, MIB), "web/monday");
    mount();
    String tree = mountpoint.resolve("web").toString();
    for (String attempt :
        List.of(
            "echo x > " + tree + "/monday.raw",
            "echo x > " + tree + "/new",
            "rm -f " + tree + "/monday.raw",
            "mv " + tree + "/monday.raw " + tree + "/x.raw",
            "mkdir " + tree + "/sub",
            "rmdir " + tree,
            "mkdir " + mountpoint + "/newtree",
            "chmod 600 " + tree + "/monday.raw",
            "truncate -s 0 " + tree + "/monday.raw",
            "ln -s x " + tree + "/link",
            "setfattr -n user.x -v y " + tree + "/monday.raw")) {
      Result result = ekkofs.program("sh", "-c", "LC_ALL=C; export LC_ALL; " + attempt);
      assertThat(result.status()).as(attempt).isNotZero();
      assertThat(result.err()).as(attempt).contains("Read-only file system");
    }
  }

  @Test
  void qemuConvertsAndComparesFromTheMount() throws IOException {
    assumeTrue(has("qemu-img"), "qemu-img is not installed");
    DiskImage disk = new DiskImage(5, 24 * MIB);
    disk.resize(96 * MIB);
    snapshot(disk, "web/monday");
    Path original = folder.resolve("disk.raw");
    mount();
    String backup = raw("web/monday").toString();
    Path copy = folder.resolve("copy.qcow2");
    ekkofs
        .program("qemu-img", "compare", "-f", "raw", "-F", "raw", original.toString(), backup)
        .ok();
    ekkofs.program("qemu-img", "convert", "-f", "raw", "-O", "qcow2", backup, copy.toString()).ok();
    ekkofs
        .program(
            "qemu-img", "compare", "-f", "raw", "-F", "qcow2", original.toString(), copy.toString())
        .ok();
  }

  @Test
  void fileInsideAnExt4ImageIsReadThroughALoopMount() throws IOException {
    assumeTrue(has("mke2fs"), "mke2fs is not installed");
    assumeTrue(
        ekkofs.program("sh", "-c", "test $(id -u) = 0 && losetup -f").status() == 0,
        "loop devices need root");
    Path content = Files.createDirectories(folder.resolve("content/deep"));
    byte[] wanted = new DiskImage(6, 3 * MIB).bytes();
    Files.write(content.resolve("wanted.bin"), wanted);
    Path image = folder.resolve("ext4.raw");
    ekkofs
        .program(
            "mke2fs",
            "-q",
            "-t",
            "ext4",
            "-d",
            content.getParent().toString(),
            image.toString(),
            "64M")
        .ok();
    ekkofs.run("snapshot", image.toString(), "vm/root").ok();
    mount();
    Path inside = Files.createDirectory(folder.resolve("inside"));
    ekkofs
        .program("mount", "-o", "ro,noload,loop", raw("vm/root").toString(), inside.toString())
        .ok();
    try {
      assertThat(Files.readAllBytes(inside.resolve("deep/wanted.bin"))).isEqualTo(wanted);
    } finally {
      ekkofs.program("umount", inside.toString()).ok();
    }
  }

  @Test
  void shellScriptDrivesTheControlDirectory() throws IOException {
    new DiskImage(8, 4 * MIB).writeTo(folder.resolve("disk.raw"));
    mount();
    String script =
        """
        set -eu
        export LC_ALL=C
        cd "$1"
        fails() { # TEXT COMMAND: the command must fail and say TEXT
          if bash -c "$2" 2>"$3/said"; then echo "should have failed: $2"; exit 1; fi
          grep -q "$1" "$3/said" || { echo "$2 said:"; cat "$3/said"; exit 1; }
        }
        echo "snapshot $2 web/monday" > control/nightly
        cat control/nightly.done
        cmp "$2" web/monday.raw
        [ "$(readlink web/latest.raw)" = monday.raw ]
        fails 'Invalid argument' 'echo nonsense > control/a' "$3"
        fails 'Input/output error' 'cat control/a.done' "$3"
        grep -q 'refused: nonsense' control/a
        fails 'Invalid argument' 'echo snapshot relative web/x > control/b' "$3"
        fails 'Invalid argument' "echo snapshot $2 web/../x > control/c" "$3"
        fails 'No such file' "echo snapshot /none/such web/x > control/d" "$3"
        fails 'No such file' "echo snapshot $2 web/x --parent web/none > control/e" "$3"
        fails 'File exists' "echo snapshot $2 web/monday > control/f" "$3"
        fails 'No such file' 'echo delete web/none > control/g' "$3"
        rm control/nightly
        [ ! -e control/nightly ]
        printf 'snapshot %s web/tuesday --parent web/monday\\ndelete web/monday\\n' "$2" > control/two
        cat control/two.done
        [ ! -e web/monday.raw ]
        cmp "$2" web/tuesday.raw
        echo 'undelete web/monday' > control/back
        cat control/back.done
        cmp "$2" web/monday.raw
        echo refresh > control/r
        cat control/r.done
        """;
    Path file = Files.writeString(folder.resolve("script.sh"), script);
    Result result =
        ekkofs.program(
            "sh",
            file.toString(),
            mountpoint.toString(),
            folder.resolve("disk.raw").toString(),
            folder.toString());
    assertThat(result.status()).as("%s%n%s", result.out(), result.err()).isZero();
  }

  @Test
  void damagedAndMissingChunksAreErrorsAndNeverZeros() throws IOException {
    byte[] bytes = new byte[3 * MIB];
    new Random(9).nextBytes(bytes);
    Path file = Files.write(folder.resolve("noise.raw"), bytes);
    ekkofs.run("snapshot", file.toString(), "web/monday").ok();
    List<Path> chunks = chunks();
    assertThat(chunks).hasSize(3);
    byte[] damaged = Files.readAllBytes(chunks.get(0));
    damaged[damaged.length / 2] ^= 1;
    Files.write(chunks.get(0), damaged);
    Files.delete(chunks.get(1));
    mount();
    try (FileChannel channel = FileChannel.open(raw("web/monday"))) {
      for (int segment = 0; segment < 2; segment++) {
        long offset = (long) segment * MIB;
        assertThatThrownBy(() -> channel.read(ByteBuffer.allocate(4096), offset))
            .isInstanceOf(IOException.class)
            .hasMessageContaining("Input/output error");
      }
      ByteBuffer whole = ByteBuffer.allocate(4096);
      assertThat(channel.read(whole, 2L * MIB)).isEqualTo(4096);
      assertThat(whole.array()).isEqualTo(Arrays.copyOfRange(bytes, 2 * MIB, 2 * MIB + 4096));
    }
    Result verify = ekkofs.run("verify", "--read-data");
    assertThat(verify.status()).isEqualTo(6);
    assertThat(verify.out() + verify.err())
        .contains(chunks.get(0).getFileName().toString())
        .contains(chunks.get(1).getFileName().toString());
  }

  private List<Path> chunks() throws IOException {
    try (Stream<Path> files = Files.walk(folder.resolve("repository/trees/web/chunks"))) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  @Test
  void fullCacheDiskDoesNotFailReads() throws IOException {
    Path small = Files.createDirectory(folder.resolve("small"));
    assumeTrue(
        ekkofs.program("mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", small.toString()).status()
            == 0,
        "a small disk needs a tmpfs, which only root may mount");
    try {
      DiskImage disk = new DiskImage(10, 16 * MIB);
      snapshot(disk, "web/monday");
      mount("cache_dir=" + small, "cache_size=1G");
      assertSame(raw("web/monday"), disk.bytes(), new Random(11));
      ekkofs.run("umount", mountpoint.toString()).ok();
    } finally {
      ekkofs.program("umount", "-l", small.toString());
    }
  }

  @Test
  void backupsOfOtherHostsComeAndGo() throws IOException {
    mount();
    DiskImage disk = new DiskImage(12, 2 * MIB);
    snapshot(disk, "web/monday");
    Await.until("the new backup", () -> Files.exists(raw("web/monday")));
    try (FileChannel open = FileChannel.open(raw("web/monday"))) {
      ekkofs.run("delete", "web/monday").ok();
      Await.until("the deleted backup to go", () -> !Files.exists(raw("web/monday")));
      ByteBuffer target = ByteBuffer.allocate(4096);
      assertThat(open.read(target, MIB)).isEqualTo(4096);
    }
    ekkofs.run("undelete", "web/monday", "--as", "again").ok();
    Await.until("the backup's new name", () -> Files.exists(raw("web/again")));
    assertSame(raw("web/again"), disk.bytes(), new Random(13));
  }

  @Test
  void openFileKeepsItsChunksAndOthersAreSweptMeanwhile() throws Exception {
    DiskImage read = new DiskImage(16, 12 * MIB);
    snapshot(read, "web/read");
    snapshot(new DiskImage(17, 2 * MIB), "web/other");
    mount("cache_size=0", "memory_size=1M");
    try (FileChannel open = FileChannel.open(raw("web/read"))) {
      assertThat(open.read(ByteBuffer.allocate(4096), 0)).isEqualTo(4096);
      assertThat(job("first", "delete web/read\ndelete web/other\nsweep --now"))
          .containsPattern("freed .*: 1 backup, 2 chunks; web/read stays: its file is open");
      Await.until("its name to go", () -> !Files.exists(raw("web/read")));
      assertThat(chunks()).hasSize(12);

      ekkofs.program("sh", "-c", "sync; echo 1 > /proc/sys/vm/drop_caches");
      assertThat(sha256(open, read.bytes().length)).isEqualTo(sha256(read.bytes()));
    }
    // The kernel tells of the close when it has come to it.
    Await.until(
        "the closed file to be swept",
        () -> job("second", "sweep --now").contains("1 backup, 12 chunks"));
    assertThat(folder.resolve("repository/trees/web/chunks")).doesNotExist();
    ekkofs.run("undelete", "web/read").fails(3, "removed it for good");
  }

  /** Runs command lines as a job, to their good end; gives how they ended. */
  private String job(String name, String lines) {
    try {
      Path file = mountpoint.resolve("control").resolve(name);
      Files.writeString(file, lines + "\n");
      return Files.readString(file.resolveSibling(name + ".done"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String sha256(FileChannel file, int size) throws Exception {
    ByteBuffer all = ByteBuffer.allocate(size);
    while (all.hasRemaining() && file.read(all, all.position()) > 0) {
      continue;
    }
    return sha256(Arrays.copyOf(all.array(), all.position()));
  }

  private static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  @Test
  void killedMountIsReplacedByTheNext() throws IOException {
    DiskImage disk = new DiskImage(14, 2 * MIB);
    snapshot(disk, "web/monday");
    mount();
    assertThat(Files.exists(raw("web/monday"))).isTrue();
    killDaemon();
    assertThatThrownBy(() -> Files.readAllBytes(raw("web/monday")))
        .isInstanceOf(FileSystemException.class);
    mount();
    assertSame(raw("web/monday"), disk.bytes(), new Random(15));
  }

  @Test
  void terminatedMountUnmountsCleanly() throws IOException {
    mount();
    daemons().forEach(ProcessHandle::destroy);
    Await.until("the mount to go", () -> !isMounted());
    Await.until("the daemon to end", () -> daemons().isEmpty());
  }

  @Test
  void unmountEndsTheDaemon() throws IOException {
    mount();
    assertThat(isMounted()).isTrue();
    ekkofs.run("umount", mountpoint.toString()).ok();
    assertThat(isMounted()).isFalse();
    Await.until("the daemon to end", () -> daemons().isEmpty());
    ekkofs.run("umount", mountpoint.toString()).fails(3, "no ekkofs is mounted");
  }

  private void killDaemon() {
    List<ProcessHandle> daemons = daemons();
    assertThat(daemons).isNotEmpty();
    daemons.forEach(ProcessHandle::destroyForcibly);
    Await.until("the daemon to die", () -> daemons().isEmpty());
  }

  /** The processes that serve this test's mount. */
  private List<ProcessHandle> daemons() {
    return ProcessHandle.allProcesses()
        .filter(process -> commandLine(process).contains(mountpoint.toString()))
        .filter(process -> commandLine(process).contains("java"))
        .filter(process -> commandLine(process).contains("mount"))
        .toList();
  }

  private static String commandLine(ProcessHandle process) {
    try {
      return Files.readString(Path.of("/proc/" + process.pid() + "/cmdline")).replace('\0', ' ');
    } catch (IOException gone) {
      return "";
    }
  }

  private boolean isMounted() {
    try {
      return Files.readString(Path.of("/proc/self/mountinfo")).contains(mountpoint.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean has(String program) {
    return ekkofs.program("sh", "-c", "command -v " + program).status() == 0;
  }
}
