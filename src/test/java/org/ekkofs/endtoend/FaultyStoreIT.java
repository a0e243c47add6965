package org.ekkofs.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.ekkofs.endtoend.Readers.Tally;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.testing.Ekkofs;
import org.ekkofs.testing.FlakyObjectStore;
import org.ekkofs.testing.FuseLibrary;
import org.ekkofs.testing.SeededDisk;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reads through a mount whose store fails, stalls, cuts short, or is gone for a while. */
class FaultyStoreIT {
  private static final int MIB = 1 << 20;
  private static final int READERS = 16;
  private static final String IO_ERROR = "Input/output error";

  @TempDir private static Path shared;
  private static SeededRepository repository;

  @TempDir private Path folder;
  private final ByteBuffer buffer = CheckedFile.buffer();
  private Path trouble;

  @BeforeAll
  static void takeBackups() {
    FuseLibrary.require("fuse3");
    repository = new SeededRepository(shared, SegmentSize.DEFAULT);
    for (int line = 0; line < 5; line++) {
      repository.take("base" + line, SeededDisk.of(line, 16L * MIB));
      repository.takeNext("next" + line, "base" + line);
    }
  }

  @AfterAll
  static void close() {
    if (repository != null) {
      repository.close();
    }
  }

  @BeforeEach
  void nameTheTrouble() {
    trouble = folder.resolve("trouble");
  }

  private ServedMount mount(String faults, String... options) throws IOException {
    return ServedMount.start(
        new Ekkofs(repository.path(), folder.resolve("scratch")),
        folder.resolve("mnt"),
        new ServedMount.Settings(faults + ",when=" + trouble, "128m", List.of(options)));
  }

  @Test
  void almostAllReadsSucceedAndNoneIsWrongWhileManyRequestsFail() throws Exception {
    try (ServedMount mount =
        mount("fail=10,truncate=7,stall=25:2000", "cache_size=2M", "timeout=30")) {
      Files.createFile(trouble);
      Tally tally = read(mount, Duration.ofSeconds(12));
      mount.end();
      for (String fault : List.of("fail", "truncate", "stall")) {
        assertThat(FlakyObjectStore.counted(mount.said(), fault)).as(fault).isGreaterThan(10);
      }
      long faults = FlakyObjectStore.counted(mount.said(), "(fail|truncate)");
      assertThat(tally.failed() * 20).as("%s: %s", tally, mount.lastWords()).isLessThan(faults);
    }
  }

  @Test
  void outageShorterThanTheDeadlineIsNotNoticed() throws Exception {
    try (ServedMount mount = mount("fail=1", "cache_size=2M", "timeout=30");
        Readers readers = Readers.start(READERS, 2, repository.disks(), mount::raw)) {
      readers.goOn(Duration.ofSeconds(2));
      Files.createFile(trouble);
      readers.goOn(Duration.ofSeconds(3));
      Files.delete(trouble);
      readers.goOn(Duration.ofSeconds(2));
      Tally tally = readers.stop();
      mount.end();
      assertThat(FlakyObjectStore.counted(mount.said(), "fail")).isPositive();
      assertThat(tally.failed()).as("%s: %s", tally, mount.lastWords()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"fail=1", "truncate=1"})
  void outageLongerThanTheDeadlineIsAnErrorAndLeavesWhatIsCached(String fault) throws Exception {
    try (ServedMount mount = mount(fault, "cache_size=64M", "timeout=3");
        CheckedFile known = open(mount, "base0");
        CheckedFile direct = open(mount, "base1");
        CheckedFile buffered =
            CheckedFile.buffered(mount.raw("base1"), repository.disks().get("base1"))) {
      assertThat(known.failuresInAll(buffer)).isZero();
      Files.createFile(trouble);
      // The last try may come up to a longest pause before the deadline.
      Duration soonest = Duration.ofMillis(fault.startsWith("truncate") ? 100 : 900);
      failsAfter(soonest, direct);
      failsAfter(soonest, buffered);
      assertThatThrownBy(() -> openAndRead(mount, "base2")).hasMessageContaining(IO_ERROR);
      assertThat(known.failuresInAll(buffer)).isZero();
      Files.delete(trouble);
      assertThat(buffered.failuresInAll(buffer)).isZero();
      assertThat(direct.failuresInAll(buffer)).isZero();
      assertThat(openAndRead(mount, "base2")).isZero();
      mount.end();
    }
  }

  private CheckedFile open(ServedMount mount, String name) throws IOException {
    return CheckedFile.direct(mount.raw(name), repository.disks().get(name));
  }

  /** An unavailable store is asked until the deadline; bytes that make no sense, a few times. */
  private void failsAfter(Duration soonest, CheckedFile file) {
    long start = System.nanoTime();
    assertThatThrownBy(() -> file.read(5L * MIB, MIB, buffer)).hasMessage(IO_ERROR);
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    assertThat(took).isBetween(soonest, Duration.ofSeconds(12));
  }

  private int openAndRead(ServedMount mount, String name) throws IOException {
    try (CheckedFile file = open(mount, name)) {
      file.read(5L * MIB, MIB, buffer);
      return file.failuresInAll(buffer);
    }
  }

  private Tally read(ServedMount mount, Duration time) throws InterruptedException {
    try (Readers readers = Readers.start(READERS, 1, repository.disks(), mount::raw)) {
      readers.goOn(time);
      return readers.stop();
    }
  }
}
