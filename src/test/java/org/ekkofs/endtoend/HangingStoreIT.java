package org.ekkofs.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.source.RawSource;
import org.ekkofs.testing.Await;
import org.ekkofs.testing.Ekkofs;
import org.ekkofs.testing.FuseLibrary;
import org.ekkofs.testing.SeededDisk;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A store that never answers for one backup: everything else in the mount goes on. */
class HangingStoreIT {
  private static final SegmentSize SEGMENT = new SegmentSize(SegmentSize.MIN_BYTES);
  private static final int HUNG = 200;

  /** As many as are sure to be under way at once. */
  private static final int FETCHES = 16;

  private static final Duration PROMPT = Duration.ofSeconds(3);

  @TempDir private static Path shared;
  private static SeededRepository repository;

  @TempDir private Path folder;
  private final ExecutorService threads = Executors.newCachedThreadPool(HangingStoreIT::daemon);
  private final SoftAssertions softly = new SoftAssertions();
  private Path flag;

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task);
    thread.setDaemon(true);
    return thread;
  }

  @BeforeAll
  static void takeBackups() {
    repository = new SeededRepository(shared, SEGMENT);
    repository.take("hung", SeededDisk.of(1, 5L * HUNG / 4 * SEGMENT.bytes()));
    for (String other : List.of("near", "far", "far2", "unopened")) {
      repository.take(other, SeededDisk.of(other.hashCode(), 4L << 20));
    }
  }

  @AfterAll
  static void close() {
    repository.close();
  }

  private ServedMount mount(String binding, String timeout) throws IOException {
    FuseLibrary.require(binding);
    flag = folder.resolve("flag");
    return ServedMount.start(
        new Ekkofs(repository.path(), folder.resolve("scratch")),
        folder.resolve("mnt"),
        new ServedMount.Settings(
            "hang=" + flag, "192m", List.of("binding=" + binding, "refresh=1", timeout)));
  }

  @AfterEach
  void release() throws IOException {
    threads.shutdown();
    if (flag != null) {
      Files.deleteIfExists(flag);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"fuse3", "fuse2"})
  void everythingElseGoesOn(String binding) throws Exception {
    try (ServedMount mount = mount(binding, "timeout=30")) {
      try (CheckedFile near = open(mount, "near");
          CheckedFile far = open(mount, "far");
          CheckedFile cached =
              CheckedFile.buffered(mount.raw("far2"), repository.disks().get("far2"))) {
        readSome(near);
        List<Future<Boolean>> hung = hang(mount);
        promptly("data at hand", () -> readSome(near));
        promptly("a backup that is open already", () -> readWhole(mount, "near"));
        promptly("data not at hand", () -> readSome(far));
        promptly("data not at hand, for the kernel's cache", () -> readSome(cached));
        promptly("a backup not open yet", () -> readWhole(mount, "unopened"));
        promptly("a listing", () -> list(mount));
        promptly("attributes", () -> Files.size(mount.raw("hung")));
        promptly("holes", () -> seek(mount.raw("far")));
        promptly("holes of what hangs", () -> seek(mount.raw("hung")));
        promptly("control", () -> refresh(mount));
        softly.assertThat(hung).as("reads that hang").noneMatch(Future::isDone);
        Files.delete(flag);
        softly.assertThat(succeeded(hung)).as("reads that hung").isEqualTo(HUNG);
      }
      readWhole(mount, "hung");
      mount.end();
      softly.assertAll();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"fuse3", "fuse2"})
  void readsThatHangFailAtTheDeadline(String binding) throws Exception {
    try (ServedMount mount = mount(binding, "timeout=3")) {
      List<Future<Boolean>> hung = hang(mount);
      assertThat(succeeded(hung)).as("reads of what hangs").isZero();
      assertThat(readWhole(mount, "far")).isPositive();
      Files.delete(flag);
      readWhole(mount, "hung");
      mount.end();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"fuse3", "fuse2"})
  void processEndsCleanlyWhileReadsHang(String binding) throws Exception {
    try (ServedMount mount = mount(binding, "timeout=60")) {
      List<Future<Boolean>> hung = hang(mount);
      mount.end();
      assertThat(succeeded(hung)).as("reads that hung").isZero();
    }
  }

  private CheckedFile open(ServedMount mount, String name) throws IOException {
    return CheckedFile.direct(mount.raw(name), repository.disks().get(name));
  }

  /** Has many reads hang, each in another segment, half of them in the kernel's cache. */
  private List<Future<Boolean>> hang(ServedMount mount) throws IOException {
    List<Long> offsets = segmentsWithData();
    Path path = mount.raw("hung");
    SeededDisk disk = repository.disks().get("hung");
    List<CheckedFile> files = new ArrayList<>();
    for (int number = 0; number < HUNG; number++) {
      files.add(
          number % 2 == 0 ? CheckedFile.direct(path, disk) : CheckedFile.buffered(path, disk));
    }
    Files.writeString(flag, repository.chunksOf("hung"));
    List<Future<Boolean>> reads = new ArrayList<>();
    for (int number = 0; number < HUNG; number++) {
      CheckedFile file = files.get(number);
      long offset = offsets.get(number);
      reads.add(threads.submit(() -> read(file, offset)));
    }
    Path reached = Path.of(flag + ".reached");
    Await.until("reads hang", () -> reached.toFile().length() >= FETCHES);
    return reads;
  }

  private List<Long> segmentsWithData() {
    List<Long> offsets = new ArrayList<>();
    try (RawSource source = RawSource.open(repository.file("hung"))) {
      for (long at = source.nextData(0); at < source.size(); at = source.nextData(at)) {
        offsets.add(at);
        at = (at / SEGMENT.bytes() + 1) * SEGMENT.bytes();
      }
    }
    return offsets;
  }

  /** Whether a read went well; false if it failed as it may. */
  private static boolean read(CheckedFile file, long offset) throws IOException {
    try (file) {
      file.read(offset, SeededDisk.PIECE, CheckedFile.buffer());
      return true;
    } catch (IOException e) {
      assertThat(e).hasMessageMatching("Input/output error|Transport endpoint .*|Software .*");
      return false;
    }
  }

  /** How many have gone well, once all have come to an end. */
  private static long succeeded(List<Future<Boolean>> reads) throws Exception {
    Await.until("no read hangs any more", () -> reads.stream().allMatch(Future::isDone));
    long succeeded = 0;
    for (Future<Boolean> read : reads) {
      succeeded += read.get() ? 1 : 0;
    }
    return succeeded;
  }

  private void promptly(String what, Callable<?> action) throws InterruptedException {
    long start = System.nanoTime();
    Future<?> result = threads.submit(action);
    try {
      result.get(PROMPT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      softly.fail("%s: no answer after %s", what, Duration.ofNanos(System.nanoTime() - start));
    } catch (ExecutionException e) {
      softly.fail(what + " failed", e);
    }
  }

  private int readWhole(ServedMount mount, String name) throws IOException {
    try (CheckedFile file = open(mount, name)) {
      ByteBuffer buffer = CheckedFile.buffer();
      Random random = new Random(1);
      int bytes = 0;
      for (int read = 0; read < 30; read++) {
        bytes += file.readAnywhere(random, buffer);
      }
      return bytes;
    }
  }

  private static int readSome(CheckedFile file) throws IOException {
    return file.read(0, CheckedFile.MAX_READ, CheckedFile.buffer());
  }

  private static long list(ServedMount mount) throws IOException {
    try (Stream<Path> names = Files.list(mount.raw("near").getParent())) {
      return names.count();
    }
  }

  private static long seek(Path file) {
    try (RawSource source = RawSource.open(file)) {
      return source.nextHole(source.nextData(0));
    }
  }

  private static boolean refresh(ServedMount mount) throws IOException {
    mount.control("job", "refresh");
    return true;
  }
}
