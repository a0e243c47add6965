package org.ekkofs.fuse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import com.sun.nio.file.ExtendedOpenOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.NotFoundException;
import org.ekkofs.model.RefusedException;
import org.ekkofs.source.MountInfo;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a mount does, whichever library serves it. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class MountContract {
  private static final long SEED = 20261123;
  private static final String READ_ONLY = "Read-only file system";
  private static final String NOT_PERMITTED = "Operation not permitted";

  /** Not a whole number of blocks, pages or sectors; 48 MiB and a bit. */
  private static final long SIZE = (48 << 20) + 12_345;

  private static final int HUNG_READERS = 200;

  /** Where the content has a block of data. */
  private static final long DATA_AT = 2 * SparseContent.BLOCK;

  private static final long GARBAGE_PER_READ = 32;

  @TempDir Path directory;
  protected TestTree tree;
  protected FuseMount mount;
  protected Path mountpoint;
  private final ExecutorService threads = Executors.newCachedThreadPool();

  abstract Binding binding();

  abstract boolean isInstalled();

  protected FuseOptions options() {
    return FuseOptions.defaults().withBinding(binding());
  }

  @BeforeEach
  void mount() throws IOException {
    assumeTrue(Files.isWritable(Path.of("/dev/fuse")), "there is no /dev/fuse to write to");
    assumeTrue(isInstalled(), "the library is not installed");
    mountpoint = Files.createDirectory(directory.resolve("mount point"));
    tree = new TestTree(new SparseContent(SIZE, 3, SEED));
    mount = Fuse.mount(tree, mountpoint, options());
  }

  @AfterEach
  void unmount() {
    if (mount != null) {
      tree.release();
      mount.close();
      threads.shutdown();
      assertThat(Mountpoints.list()).doesNotContain(mountpoint);
      Shell.await("all threads have ended", () -> ekkofsThreads().isEmpty());
      assertThat(tree.openFiles()).isZero();
    }
  }

  protected static List<String> ekkofsThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("ekkofs-"))
        .toList();
  }

  protected Path disk(String name) {
    return mountpoint.resolve("disks").resolve(name);
  }

  private Path control(String name) {
    return mountpoint.resolve("control").resolve(name);
  }

  @Test
  void showsInTheKernelsTable() {
    assertThat(Mountpoints.list()).contains(mountpoint);
    assertThat(Mountpoints.find(mountpoint))
        .get()
        .extracting(MountInfo::type)
        .isEqualTo("fuse.ekkofs");
    assertThat(Mountpoints.find(mountpoint))
        .get()
        .extracting(MountInfo::source)
        .isEqualTo("ekkofs");
    assertThat(Mountpoints.isStale(mountpoint)).isFalse();
    assertThat(mount.mountpoint()).isEqualTo(mountpoint);
    assertThat(mount.binding()).startsWith("libfuse ");
  }

  @Test
  void readsTheModelsBytesAtRandomOffsets() throws IOException {
    Random random = new Random(SEED);
    for (String name : List.of("sparse.raw", "cold.raw", "latest.raw")) {
      try (FileChannel channel = FileChannel.open(disk(name))) {
        assertThat(channel.size()).isEqualTo(SIZE);
        for (int i = 0; i < 150; i++) {
          assertSame(channel, random.nextLong(SIZE), 1 + random.nextInt(3 << 20));
        }
        assertSame(channel, SIZE - 10, 100);
        assertSame(channel, SIZE, 100);
      }
    }
  }

  private void assertSame(FileChannel channel, long offset, int length) throws IOException {
    assertContent(tree.content, channel, offset, length);
  }

  private static void assertContent(
      SparseContent content, FileChannel channel, long offset, int length) throws IOException {
    ByteBuffer target = ByteBuffer.allocate(length);
    int got = 0;
    while (target.hasRemaining() && got >= 0) {
      got = channel.read(target, offset + target.position());
    }
    byte[] bytes = new byte[target.position()];
    target.flip().get(bytes);
    assertThat(bytes).isEqualTo(content.bytes(offset, length));
  }

  @Test
  void readsTheSameByManyReadersAtOnce() throws Exception {
    List<Future<?>> readers = new ArrayList<>();
    for (int reader = 0; reader < 8; reader++) {
      Random random = new Random(SEED + reader);
      String name = reader % 2 == 0 ? "sparse.raw" : "cold.raw";
      readers.add(
          threads.submit(
              () -> {
                try (FileChannel channel = FileChannel.open(disk(name))) {
                  for (int i = 0; i < 60; i++) {
                    assertSame(channel, random.nextLong(SIZE), 1 + random.nextInt(1 << 20));
                  }
                }
                return null;
              }));
    }
    for (Future<?> reader : readers) {
      reader.get();
    }
  }

  @Test
  void statSaysWhatTheNodeSays() throws Exception {
    String format = "%s %b %a %h %u %F";
    assertThat(Shell.run("stat", "-c", format, disk("sparse.raw").toString()).output().strip())
        .isEqualTo("%d %d 440 1 0 regular file".formatted(SIZE, tree.content.dataBytes() / 512));
    assertThat(Files.getLastModifiedTime(disk("sparse.raw")).toInstant())
        .isEqualTo(TestTree.MODIFIED);
    assertThat(Shell.run("stat", "-c", "%a %F", control("").toString()).output().strip())
        .isEqualTo("700 directory");
    assertThat(Files.getFileStore(mountpoint).getTotalSpace())
        .isBetween(tree.content.dataBytes(), tree.content.dataBytes() + 4096);
    assertThat(Files.getFileStore(mountpoint).getUsableSpace()).isZero();
  }

  @Test
  void inodesAreTheNodesOwn() throws IOException {
    long inode = tree.root().lookup("many").orElseThrow().attributes().inode();
    assertThat(Files.getAttribute(mountpoint.resolve("many"), "unix:ino")).isEqualTo(inode);
  }

  @Test
  void linksPointWhereTheyShould() throws IOException {
    assertThat(Files.readSymbolicLink(disk("latest.raw"))).hasToString("sparse.raw");
  }

  @Test
  void listsTenThousandNamesOnce() throws IOException {
    try (Stream<Path> entries = Files.list(mountpoint.resolve("many"))) {
      List<String> names = entries.map(entry -> entry.getFileName().toString()).toList();
      assertThat(names).hasSize(TestTree.MANY).doesNotHaveDuplicates();
      assertThat(names).contains("entry-00000-x", "entry-09999-x");
    }
  }

  @Test
  void namesThatAreNotThereAreNotFound() throws Exception {
    assertThatThrownBy(() -> Files.size(disk("nothing.raw")))
        .isInstanceOf(NoSuchFileException.class);
    assertFails("Not a directory", "stat", disk("sparse.raw").resolve("below").toString());
  }

  @Test
  void givesExtendedAttributes() throws Exception {
    UserDefinedFileAttributeView view =
        Files.getFileAttributeView(disk("sparse.raw"), UserDefinedFileAttributeView.class);
    assertThat(view.list()).containsExactlyInAnyOrder("ekkofs.id", "ekkofs.name");
    assertThat(view.size("ekkofs.id")).isEqualTo(4);
    ByteBuffer value = ByteBuffer.allocate(100);
    assertThat(view.read("ekkofs.name", value)).isEqualTo("größe".getBytes(UTF_8).length);
    assertThat(UTF_8.decode(value.flip()).toString()).isEqualTo("größe");
    assertThatThrownBy(() -> view.read("ekkofs.id", ByteBuffer.allocate(2)))
        .hasMessageContaining("Insufficient space in buffer");
    assertThatThrownBy(() -> view.size("ekkofs.none")).hasMessageContaining("No data available");
    assertThat(Files.getFileAttributeView(control(""), UserDefinedFileAttributeView.class).list())
        .isEmpty();
  }

  @Test
  void refusesAllChangesOutsideControl() {
    Path disks = mountpoint.resolve("disks");
    Path file = disk("sparse.raw");
    assertRefused(READ_ONLY, () -> Files.writeString(disks.resolve("new"), "x"));
    assertRefused(READ_ONLY, () -> Files.createDirectory(disks.resolve("new")));
    assertRefused(READ_ONLY, () -> Files.createSymbolicLink(disks.resolve("new"), file));
    assertRefused(READ_ONLY, () -> Files.createLink(disks.resolve("new"), file));
    assertRefused(READ_ONLY, () -> Files.move(file, disks.resolve("new")));
    assertRefused(READ_ONLY, () -> Files.delete(file));
    assertRefused(READ_ONLY, () -> Files.delete(disks));
    assertRefused(READ_ONLY, () -> Files.writeString(file, "x", StandardOpenOption.WRITE));
    assertRefused(
        READ_ONLY,
        () -> Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------")));
    assertRefused(READ_ONLY, () -> Files.setAttribute(file, "unix:uid", 5));
    assertRefused(READ_ONLY, () -> Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH)));
    assertRefused(
        READ_ONLY, () -> Files.setAttribute(file, "user:ekkofs.id", ByteBuffer.allocate(1)));
    assertRefused(
        READ_ONLY,
        () ->
            Files.getFileAttributeView(file, UserDefinedFileAttributeView.class)
                .delete("ekkofs.id"));
  }

  @Test
  void refusesInControlWhatIsNotWriting() throws Exception {
    Path file = Files.writeString(control("job"), "snapshot");
    Path other = control("other");
    assertRefused(NOT_PERMITTED, () -> Files.createDirectory(other));
    assertRefused(NOT_PERMITTED, () -> Files.createSymbolicLink(other, file));
    assertRefused(NOT_PERMITTED, () -> Files.createLink(other, file));
    assertRefused(NOT_PERMITTED, () -> Files.move(file, other));
    assertRefused(
        NOT_PERMITTED,
        () -> Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-")));
    assertRefused(
        NOT_PERMITTED, () -> Files.setAttribute(file, "user:some", ByteBuffer.allocate(1)));
    assertFails(NOT_PERMITTED, "mkfifo", other.toString());
    assertFails(NOT_PERMITTED, "truncate", "-s", "5", file.toString());
    assertFails(NOT_PERMITTED, "fallocate", "-l", "5", file.toString());
    Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH));
    assertThat(Shell.run("touch", file.toString()).status()).isZero();
    assertThat(tree.written("job")).isEqualTo("snapshot");
  }

  private static void assertRefused(String reason, ThrowingCallable change) {
    assertThatThrownBy(change)
        .isInstanceOfSatisfying(
            FileSystemException.class, e -> assertThat(e.getReason()).endsWith(reason));
  }

  private static void assertFails(String reason, String... command) throws Exception {
    Shell.Result result = Shell.run(command);
    assertThat(result.output()).contains(reason);
    assertThat(result.status()).isNotZero();
  }

  @Test
  void controlFilesAreCreatedWrittenReadCutAndRemoved() throws Exception {
    Path job = control("nightly");
    assertThat(Shell.run("sh", "-c", "echo snapshot > '" + job + "'").status()).isZero();
    assertThat(tree.written("nightly")).isEqualTo("snapshot\n");
    assertThat(Shell.run("cat", job.toString()).output()).isEqualTo("snapshot\n");
    Files.writeString(job, "more\n", StandardOpenOption.APPEND);
    assertThat(Files.readString(job)).isEqualTo("snapshot\nmore\n");
    assertThat(Files.size(job)).isEqualTo(14);
    Files.writeString(job, "anew\n");
    assertThat(tree.written("nightly")).isEqualTo("anew\n");
    assertThatThrownBy(() -> Files.writeString(job, "x", StandardOpenOption.CREATE_NEW))
        .isInstanceOf(FileAlreadyExistsException.class);
    try (Stream<Path> entries = Files.list(control(""))) {
      assertThat(entries).containsExactly(job);
    }
    Files.delete(job);
    assertThat(job).doesNotExist();
  }

  @Test
  void removedControlFileStaysReadableWhileOpen() throws IOException {
    Path job = Files.writeString(control("gone"), "still here");
    try (FileChannel channel = FileChannel.open(job)) {
      Files.delete(job);
      ByteBuffer target = ByteBuffer.allocate(100);
      assertThat(channel.read(target, 0)).isEqualTo(10);
      try (Stream<Path> entries = Files.list(control(""))) {
        assertThat(entries).isEmpty();
      }
    }
  }

  @Test
  void whatIsWrongFailsTheWriteOrTheClose() throws Exception {
    assertThatThrownBy(() -> Files.writeString(control("a"), "wrong"))
        .hasMessageContaining("Invalid argument");
    assertFails("File too large", "dd", "if=/dev/zero", "of=" + control("b"), "bs=8192", "count=1");
    assertThatThrownBy(() -> Files.writeString(control("c"), "too late"))
        .hasMessageContaining("Input/output error");
  }

  @Test
  void failuresAreIoErrorsAndTheMountLives() throws Exception {
    for (String name : List.of("damaged.raw", "bug.raw", "bugnow.raw", "error.raw")) {
      assertFails("Input/output error", "cat", disk(name).toString());
    }
    assertThat(Files.size(disk("sparse.raw"))).isEqualTo(SIZE);
    readsTheModelsBytesAtRandomOffsets();
  }

  @Test
  void readsThatHangDoNotHoldUpAnythingElse() throws Exception {
    Process readers = directReaders("hung.raw", HUNG_READERS);
    try {
      Shell.await("all that may wait do", () -> tree.waiting() >= 128);
      List<Future<Integer>> buffered = hang(20);
      threads.submit(this::useEverything).get(20, TimeUnit.SECONDS);
      tree.release();
      assertThat(readers.inputReader().lines().map(Long::valueOf).toList())
          .isEqualTo(checksums(HUNG_READERS));
      assertThat(readers.waitFor(20, TimeUnit.SECONDS)).isTrue();
      for (Future<Integer> reader : buffered) {
        assertThat(reader.get()).isEqualTo(10);
      }
    } finally {
      tree.release();
      readers.destroyForcibly().waitFor();
    }
  }

  /** All that must go on when reads hang. */
  protected @Nullable Void useEverything() throws Exception {
    Path job = Files.writeString(control("job"), "snapshot");
    assertThat(Files.readString(job)).isEqualTo("snapshot");
    Files.delete(job);
    try (Stream<Path> entries = Files.list(mountpoint.resolve("many"))) {
      assertThat(entries.count()).isEqualTo(TestTree.MANY);
    }
    assertThat(Files.size(disk("damaged.raw"))).isEqualTo(SIZE);
    try (FileChannel channel = FileChannel.open(disk("sparse.raw"))) {
      assertSame(channel, 5 << 20, 1 << 20);
    }
    Shell.await("the file is released", () -> tree.openFiles("sparse.raw") == 0);
    try (FileChannel channel = FileChannel.open(disk("hung.raw"))) {
      assertThat(channel.size()).isEqualTo(SIZE);
    }
    return null;
  }

  private Process directReaders(String name, int count) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            DirectReaders.class.getName(),
            disk(name).toString(),
            Integer.toString(count))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private List<Long> checksums(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> tree.content.bytes(DirectReaders.place(i), DirectReaders.PAGE))
        .map(page -> DirectReaders.crc(ByteBuffer.wrap(page)))
        .toList();
  }

  @Test
  void readsOfWhatIsAtHandLeaveNoGarbage() throws IOException {
    try (FileChannel channel = FileChannel.open(disk("sparse.raw"), ExtendedOpenOption.DIRECT)) {
      Shell.await("the code is compiled", () -> garbagePerRead(channel) <= GARBAGE_PER_READ);
    }
  }

  /** How many bytes each of some thousand reads costs the threads that take requests. */
  private static long garbagePerRead(FileChannel channel) {
    int reads = 4000;
    long before = allocatedByLoops();
    try {
      for (int i = 0; i < reads; i++) {
        DirectReaders.page(channel, DATA_AT);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return (allocatedByLoops() - before) / reads;
  }

  private static long allocatedByLoops() {
    ThreadMXBean bean = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("ekkofs-fuse-"))
        .mapToLong(thread -> bean.getThreadAllocatedBytes(thread.getId()))
        .sum();
  }

  @Test
  void aNameThatIsUsedAgainNeverShowsWhatItHadBefore() throws Exception {
    SparseContent other = new SparseContent(SIZE, 3, SEED + 1);
    try (FileChannel before = FileChannel.open(disk("sparse.raw"))) {
      assertSame(before, 0, 1 << 20);
      Object inode = Files.getAttribute(disk("sparse.raw"), "unix:ino");
      tree.hide("sparse.raw");
      Shell.await("the name is gone", () -> Files.notExists(disk("sparse.raw")));
      tree.add("sparse.raw", other);
      Shell.await("the name is there", () -> Files.exists(disk("sparse.raw")));
      assertThat(Files.getAttribute(disk("sparse.raw"), "unix:ino")).isNotEqualTo(inode);
      try (FileChannel after = FileChannel.open(disk("sparse.raw"))) {
        for (int round = 0; round < 3; round++) {
          assertContent(other, after, 0, 2 << 20);
          assertSame(before, 0, 2 << 20);
        }
      }
    }
  }

  /** Readers of distant places, so that the kernel asks for each. */
  private List<Future<Integer>> hang(int readers) {
    List<Future<Integer>> stuck = new ArrayList<>();
    for (int i = 0; i < readers; i++) {
      long offset = i * (2L << 20);
      stuck.add(
          threads.submit(
              () -> {
                try (FileChannel channel = FileChannel.open(disk("hung.raw"))) {
                  return channel.read(ByteBuffer.allocate(10), offset);
                }
              }));
    }
    return stuck;
  }

  @Test
  void oneWhoWaitsForAnEventCanBeKilled() throws Exception {
    Files.writeString(control("job"), "snapshot");
    Process cat =
        new ProcessBuilder("cat", control("job.done").toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    Shell.await("cat waits", () -> tree.waiting() == 1);
    cat.destroy();
    assertThat(cat.waitFor(20, TimeUnit.SECONDS)).isTrue();
    Shell.await("nobody waits", () -> tree.waiting() == 0);
  }

  @Test
  void oneWhoWaitsForAnEventGetsIt() throws Exception {
    Files.writeString(control("job"), "snapshot");
    Future<Shell.Result> cat =
        threads.submit(() -> Shell.run("cat", control("job.done").toString()));
    Shell.await("cat waits", () -> tree.waiting() == 1);
    tree.release();
    assertThat(cat.get().output()).isEqualTo("done\n");
  }

  @Test
  void tooManyWhoWaitForEventsAreTurnedAway() throws Exception {
    Files.writeString(control("job"), "snapshot");
    List<Future<Integer>> readers = new ArrayList<>();
    int limit = binding() == Binding.FUSE3 ? 64 : 32;
    for (int i = 0; i < limit; i++) {
      readers.add(threads.submit(() -> readDone()));
    }
    Shell.await("all wait", () -> tree.waiting() == limit);
    assertThatThrownBy(this::readDone).hasMessageContaining("Device or resource busy");
    tree.release();
    for (Future<Integer> reader : readers) {
      assertThat(reader.get()).isEqualTo(5);
    }
  }

  private int readDone() throws IOException {
    try (FileChannel channel = FileChannel.open(control("job.done"))) {
      return channel.read(ByteBuffer.allocate(100), 0);
    }
  }

  @Test
  void closingEndsThoseWhoHaveFilesOpen() throws Exception {
    FileChannel channel = FileChannel.open(disk("sparse.raw"));
    try {
      channel.read(ByteBuffer.allocate(10), 0);
      mount.close();
      assertThat(Mountpoints.list()).doesNotContain(mountpoint);
      assertThatThrownBy(() -> channel.read(ByteBuffer.allocate(10), 40 << 20))
          .isInstanceOf(IOException.class);
    } finally {
      closeWithoutServer(channel);
    }
    assertThat(mountpoint).isEmptyDirectory();
    mount.awaitUnmount();
    mount.close();
  }

  /** Where each close is told to the server, it fails. */
  private static void closeWithoutServer(FileChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("not connected");
    }
  }

  @Test
  void closingEndsReadsThatHang() throws Exception {
    List<Future<Integer>> stuck = hang(4);
    Shell.await("reads hang", () -> tree.waiting() >= 4);
    mount.close();
    for (Future<Integer> reader : stuck) {
      assertThatThrownBy(reader::get).isInstanceOf(ExecutionException.class);
    }
  }

  @Test
  void unmountingFromOutsideEndsTheMount() throws Exception {
    assertThat(Shell.run("umount", mountpoint.toString()).status()).isZero();
    mount.awaitUnmount();
    assertThat(mountpoint).isEmptyDirectory();
  }

  @Test
  void unmountTellsWhenTheMountIsBusy() throws Exception {
    try (FileChannel channel = FileChannel.open(disk("sparse.raw"))) {
      assertThat(channel.isOpen()).isTrue();
      assertThatThrownBy(() -> Mountpoints.unmount(mountpoint))
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("busy");
    }
    Shell.await("the file is released", () -> tree.openFiles() == 0);
    Mountpoints.unmount(mountpoint);
    mount.awaitUnmount();
    assertThatThrownBy(() -> Mountpoints.unmount(mountpoint)).isInstanceOf(NotFoundException.class);
  }

  @Test
  void aSecondMountAtTheSamePlaceIsRefused() {
    assertThatThrownBy(() -> Fuse.mount(tree, mountpoint, options()))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("in use");
    assertThat(disk("sparse.raw")).exists();
  }

  @Test
  void mountpointsThatWillNotDoAreRefused() throws IOException {
    assertThatThrownBy(() -> Fuse.mount(tree, directory.resolve("none"), options()))
        .isInstanceOf(NotFoundException.class);
    Path file = Files.createFile(directory.resolve("file"));
    assertThatThrownBy(() -> Fuse.mount(tree, file, options()))
        .isInstanceOf(InvalidException.class);
    assertThatThrownBy(() -> Fuse.mount(tree, directory, options()))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("not empty");
  }

  @Test
  void aMountWhoseServerWasKilledIsReplaced() throws Exception {
    Path other = Files.createDirectory(directory.resolve("other"));
    Process server =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Serve.class.getName(),
                binding().toString(),
                other.toString(),
                "1048576",
                "2")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      Shell.await("the server serves", () -> Files.exists(other.resolve("disks")));
    } finally {
      server.destroyForcibly().waitFor();
    }
    assertThat(Mountpoints.list()).contains(other);
    assertThat(Mountpoints.isStale(other)).isTrue();
    try (FuseMount again = Fuse.mount(tree, other, options())) {
      assertThat(Mountpoints.isStale(other)).isFalse();
      assertThat(again.mountpoint().resolve("disks")).isDirectory();
    }
    assertThat(Mountpoints.list()).doesNotContain(other);
  }

  @Test
  void staysUsableOverManyMounts() throws IOException {
    mount.close();
    for (int i = 0; i < 10; i++) {
      try (FuseMount again = Fuse.mount(tree, mountpoint, options())) {
        assertThat(again.mountpoint().resolve("disks/sparse.raw")).hasSize(SIZE);
      }
    }
  }

  @Test
  void optionsReachTheKernel() throws IOException {
    mount.close();
    FuseOptions special = options().withAllowOther(true).withFsname("s3://a,b\\c d");
    try (FuseMount again = Fuse.mount(tree, mountpoint, special)) {
      assertThat(Mountpoints.find(again.mountpoint()))
          .get()
          .extracting(MountInfo::source)
          .isEqualTo("s3://a,b\\c d");
      assertThat(Files.readString(Path.of("/proc/self/mounts")))
          .containsPattern("fuse\\.ekkofs \\S*default_permissions,allow_other");
    }
  }
}
