package org.ekkofs.vfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.ekkofs.control.Jobs;
import org.ekkofs.testing.Await;
import org.ekkofs.testing.FaultyObjectStore.Effect;
import org.ekkofs.testing.FaultyObjectStore.Fault;
import org.ekkofs.testing.FaultyObjectStore.Operation;
import org.ekkofs.testing.ModelDisk;
import org.ekkofs.testing.TestRepository;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ControlTest {
  private static final int SIZE = 1_000_001;
  private static final int EINVAL = Errno.EINVAL.number();
  private static final String TOO_MUCH = "refused: a job takes 1000 lines and 65536 bytes\n";
  private static final int EFBIG = Errno.EFBIG.number();

  @TempDir private Path dir;
  private final ModelDisk model = ModelDisk.full(SIZE, new Random(11));
  private Path disk;
  private Mounted mounted;

  @BeforeEach
  void mount() {
    mounted = Mounted.create(dir);
    disk = TestRepository.file(dir.resolve("disk"), model);
    mounted.snapshot(model, "a", "");
  }

  @AfterEach
  void unmount() {
    mounted.repository.faults().heal();
    mounted.close();
  }

  private Fault stallChunks() {
    return mounted
        .repository
        .faults()
        .fail(Operation.PUT, key -> key.contains("/chunks/"), 1, 1000, Effect.STALL);
  }

  /** Waits for the end of a job that ends well. */
  private String done(String name) {
    return Mounted.cat(mounted.job(name + ".done"));
  }

  @Test
  void aSnapshotTakenByAJobShowsWhenTheJobIsDone() {
    mounted.write("nightly", "snapshot " + disk + " web/b --parent a\n");

    assertThat(done("nightly"))
        .startsWith("done: 1 line\n1: done: snapshot " + disk + " web/b --parent a: web/b: ")
        .contains("977 KiB of data on a disk of 977 KiB; 0 B were new, stored as 0 B");
    assertThat(mounted.web().lookup("b.raw")).isPresent();
  }

  @ParameterizedTest
  @CsvSource({
    "frobnicate web/a, 22",
    "snapshot DISK nonsense, 22",
    "snapshot relative web/b, 22",
    "snapshot DIR web/b, 22",
    "snapshot DIR/absent web/b, 2",
    "snapshot DISK web/a, 17",
    "snapshot /mnt/backups/web/a.raw web/b, 1",
    "snapshot /mnt/x/../backups/web/a.raw web/b, 1",
    "snapshot DISK web/b --parent absent, 2",
    "snapshot DISK new/b --parent absent, 2",
    "delete web/absent, 2",
    "delete absent/a, 2",
    "undelete web/absent, 2",
    "undelete absent/a, 2",
    "protect web/absent, 2",
    "unprotect absent/a, 2",
    "sweep absent, 2",
    "sweep web/a, 22"
  })
  void aWrongLineFailsTheWriteWithItsErrno(String line, int errno) {
    String text = line.replace("DISK", disk.toString()).replace("DIR", dir.toString());

    assertThat(Mounted.errno(() -> mounted.write("job", text + "\n"))).isEqualTo(errno);
    assertThat(Mounted.cat(mounted.job("job"))).startsWith("refused: " + text + ": ");
    assertThat(Mounted.errno(() -> done("job"))).isEqualTo(Errno.EIO.number());
  }

  @Test
  void undeletingOntoATakenNameFailsTheWrite() {
    mounted.write("job", "delete web/a\n");
    done("job");
    mounted.snapshot(model, "a", "");

    assertThat(Mounted.errno(() -> mounted.write("job", "undelete web/a\n")))
        .isEqualTo(Errno.EEXIST.number());
  }

  @Test
  void deletingAProtectedBackupFailsTheWrite() {
    mounted.write("job", "protect web/a\n");
    done("job");
    mounted.tree.refreshNow();
    assertThat(mounted.backup("a").extendedAttributes())
        .containsEntry("user.ekkofs.protected", "true");
    assertThat(Mounted.errno(() -> mounted.write("job", "delete web/a\n")))
        .isEqualTo(Errno.EPERM.number());

    mounted.write("again", "unprotect web/a\ndelete web/a\n");
    assertThat(done("again")).startsWith("done: 2 lines\n");
    assertThat(mounted.web().lookup("a.raw")).isEmpty();
  }

  @Test
  void protectionIsForeseenFromTheLinesBefore() {
    assertThat(Mounted.errno(() -> mounted.write("job", "protect web/a\ndelete web/a\n")))
        .isEqualTo(Errno.EPERM.number());
    assertThat(Mounted.cat(mounted.job("job"))).startsWith("refused: delete web/a: ");
  }

  @Test
  void sweepSaysWhatItFreed() {
    mounted.write("job", "delete web/a\nsweep\nsweep\nsweep web\n");

    assertThat(done("job").lines().toList().subList(2, 5))
        .satisfiesExactly(
            line -> assertThat(line).matches("2: done: sweep: web: freed .*B: 1 backup, 4 chunks"),
            line -> assertThat(line).isEqualTo("3: done: sweep: there was nothing to sweep"),
            line -> assertThat(line).isEqualTo("4: done: sweep web: web: nothing to sweep"));
    assertThat(Mounted.errno(() -> mounted.write("back", "undelete web/a\n")))
        .isEqualTo(Errno.ENOENT.number());
  }

  @Test
  void whatIsOpenStaysReadableUntilItIsClosed() throws InterruptedException {
    mounted.snapshot(ModelDisk.full(SIZE, new Random(12)), "b", "");
    try (OpenFile open = mounted.backup("a").open(false)) {
      mounted.write("job", "delete web/a\ndelete web/b\nsweep web\n");
      assertThat(done("job"))
          .containsPattern("web: freed .*: 1 backup, 4 chunks; web/a stays: its file is open");

      ByteBuffer all = ByteBuffer.allocate(SIZE);
      while (open.read(all.position(), all) > 0) {
        continue;
      }
      assertThat(all.array()).isEqualTo(model.bytes());
    }
    mounted.write("again", "sweep\n");
    assertThat(done("again")).containsPattern("web: freed .*: 1 backup, 4 chunks\n");
  }

  @Test
  void oneWrongLineQueuesNoneOfAWrite() {
    assertThat(Mounted.errno(() -> mounted.write("job", "delete web/a\nnonsense\n")))
        .isEqualTo(EINVAL);

    assertThat(Mounted.cat(mounted.job("job"))).startsWith("refused: nonsense: ");
    mounted.tree.refreshNow();
    assertThat(mounted.web().lookup("a.raw")).isPresent();
  }

  @Test
  void aRefreshThatCannotReadFails() {
    mounted.repository.faults().fail(Operation.GET, key -> true, 1, 99, Effect.FAIL_BEFORE);
    mounted.write("job", "refresh\n");

    assertThat(Mounted.errno(() -> done("job"))).isEqualTo(Errno.EIO.number());
    assertThat(Mounted.cat(mounted.job("job"))).startsWith("failed: line 1 of 1: injected: ");
  }

  @Test
  void aSnapshotThatIsTakenIsDoneThoughItCannotBeShownYet() {
    mounted.repository.faults().fail(Operation.CHILDREN, prefix -> true, 1, 1, Effect.FAIL_BEFORE);
    mounted.write("job", "snapshot %s web/b\n".formatted(disk));

    assertThat(done("job")).startsWith("done: 1 line\n");
    mounted.repository.faults().assertAllFired();
  }

  @Test
  void aJobThatWasRefusedCanBeWrittenAgain() {
    assertThat(Mounted.errno(() -> mounted.write("job", "nonsense\n"))).isEqualTo(EINVAL);
    mounted.write("job", "refresh\n");

    assertThat(done("job")).isEqualTo("done: 1 line\n1: done: refresh: refreshed\n");
  }

  @Test
  void linesMayRestOnLinesBeforeThem() {
    mounted.write(
        "job",
        "delete web/a\nsnapshot %s web/a\nsnapshot %s web/b --parent a\ndelete web/a\n"
            .formatted(disk, disk));

    assertThat(done("job")).startsWith("done: 4 lines\n");
    assertThat(mounted.web().lookup("a.raw")).isEmpty();
    assertThat(mounted.web().lookup("b.raw")).isPresent();
    assertThat(Mounted.errno(() -> mounted.write("two", "delete web/b\ndelete web/b\n")))
        .isEqualTo(Errno.ENOENT.number());
  }

  @Test
  void emptyLinesAndCommentsAreNothing() {
    mounted.write("job", "\n  \n# delete web/a\n");
    assertThat(Mounted.cat(mounted.job("job"))).startsWith("empty: ");

    mounted.write("job", "# at night\nrefresh\n\n");
    assertThat(done("job")).startsWith("done: 1 line\n");
  }

  @Test
  void aLineMayComeInPiecesAndEndWithTheFile() {
    FileNode job = mounted.control().create("job");
    try (OpenFile open = job.open(true)) {
      open.write(0, bytes("ref"));
      open.write(3, bytes("resh\nrefr"));
      open.write(11, bytes("esh"));
      open.flush();
      open.flush();
    }

    assertThat(done("job")).startsWith("done: 2 lines\n");
  }

  @Test
  void aWrongLastLineWithoutNewlineFailsTheClose() {
    FileNode job = mounted.control().create("job");
    try (OpenFile open = job.open(true)) {
      open.write(0, bytes("nonsense"));
      assertThat(Mounted.errno(open::flush)).isEqualTo(EINVAL);
      open.flush();
    }
    assertThat(Mounted.cat(job)).startsWith("refused: nonsense: ");
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void linesAfterAFailedOneAreNotRun() {
    mounted
        .repository
        .faults()
        .fail(Operation.PUT, key -> key.contains("/chunks/"), 1, 1000, Effect.FAIL_BEFORE);
    mounted.write("job", "snapshot %s web/b\nrefresh\n".formatted(disk));
    FileNode done = mounted.job("job.done");
    try (OpenFile open = done.open(false)) {
      ByteBuffer report = ByteBuffer.allocate(10_000);
      int length = readFrom(open, 0, report);
      assertThat(new String(report.array(), 0, length, StandardCharsets.UTF_8))
          .startsWith("failed: line 1 of 2: injected: ")
          .contains("\n1: failed: snapshot ")
          .endsWith("\n2: not run: refresh\n");
      assertThat(Mounted.errno(() -> readFrom(open, length, report))).isEqualTo(Errno.EIO.number());
    }
    assertThat(Mounted.errno(() -> Mounted.append(mounted.job("job"), "refresh\n")))
        .isEqualTo(Errno.EPERM.number());
  }

  private static int readFrom(OpenFile open, long offset, ByteBuffer target) {
    try {
      return open.read(offset, target);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void theReportTellsHowFarARunningLineIs() throws Exception {
    Fault stall = stallChunks();
    mounted.write("job", "snapshot %s web/b\nrefresh\n".formatted(disk));
    stall.awaitReached();
    mounted.clock.advance(Duration.ofSeconds(2));

    String report = Mounted.cat(mounted.job("job"));
    assertThat(report)
        .startsWith("running: line 1 of 2, 0 %")
        .contains("\n1: running: snapshot " + disk + " web/b: 0 %")
        .endsWith("\n2: queued: refresh\n");
    assertThat(mounted.job("job").attributes().size()).isEqualTo(report.length());
    stall.release();
    assertThat(done("job")).startsWith("done: 2 lines\n");
  }

  @Test
  void readersOfTheMountDoNotWaitForAJob() throws Exception {
    Fault stall = stallChunks();
    mounted.write("job", "snapshot %s web/b\n".formatted(disk));
    stall.awaitReached();

    assertThat(mounted.web().list()).hasSize(2);
    assertThat(mounted.control().list()).hasSize(2);
    try (OpenFile open = mounted.backup("a").open(false)) {
      assertThat(readFrom(open, 0, ByteBuffer.allocate(SIZE))).isEqualTo(SIZE);
    }
    stall.release();
    done("job");
  }

  @Test
  void doneWaitsForTheEnd() throws Exception {
    Fault stall = stallChunks();
    mounted.write("job", "snapshot %s web/b\n".formatted(disk));
    stall.awaitReached();
    FileNode file = mounted.job("job.done");
    try (OpenFile open = file.open(false)) {
      assertThat(open.waitsForEvents()).isTrue();
      assertThat(open.readNow(0, ByteBuffer.allocate(100))).isEqualTo(OpenFile.WOULD_BLOCK);
      CompletableFuture<String> reader = CompletableFuture.supplyAsync(() -> Mounted.cat(open));
      assertThat(reader).isNotDone();
      stall.release();
      assertThat(reader.get(30, TimeUnit.SECONDS)).startsWith("done: 1 line\n");
    }
  }

  @Test
  void removingARunningJobCancelsItAndFreesTheName() throws Exception {
    Fault stall = stallChunks();
    mounted.write("job", "snapshot %s web/b\nrefresh\n".formatted(disk));
    stall.awaitReached();
    FileNode held = mounted.job("job");
    FileNode heldDone = mounted.job("job.done");
    mounted.control().remove("job");

    assertThat(mounted.control().lookup("job")).isEmpty();
    assertThat(Mounted.errno(() -> Mounted.cat(heldDone))).isEqualTo(Errno.EIO.number());
    assertThat(Mounted.cat(held)).startsWith("cancelled: line 1 of 2\n");
    mounted.repository.faults().heal();
    assertThat(mounted.repository.tree().all().stream().noneMatch(backup -> backup.isOpen()))
        .isTrue();
    mounted.write("job", "snapshot %s web/b\n".formatted(disk));
    assertThat(done("job")).startsWith("done: 1 line\n");
    assertThat(mounted.web().lookup("b.raw")).isPresent();
  }

  @Test
  void closingTheTreeCancelsJobs() throws Exception {
    Fault stall = stallChunks();
    mounted.write("job", "snapshot %s web/b\n".formatted(disk));
    stall.awaitReached();
    FileNode held = mounted.job("job");
    mounted.tree.close();

    assertThat(Mounted.cat(held)).startsWith("cancelled: line 1 of 1\n");
    assertThat(mounted.repository.tree().all().stream().noneMatch(backup -> backup.isOpen()))
        .isTrue();
  }

  @Test
  void aBusyJobCannotBeTruncatedButAddedTo() throws Exception {
    Fault stall = stallChunks();
    mounted.write("job", "snapshot %s web/b\n".formatted(disk));
    stall.awaitReached();
    assertThat(Mounted.errno(() -> mounted.job("job").truncate())).isEqualTo(Errno.EBUSY.number());
    Mounted.append(mounted.job("job"), "delete web/b\n");
    stall.release();

    assertThat(done("job")).startsWith("done: 2 lines\n");
    assertThat(mounted.web().lookup("b.raw")).isEmpty();
    mounted.write("job", "refresh\n");
    assertThat(done("job")).startsWith("done: 1 line\n");
  }

  @Test
  void doneFilesBelongToTheirJobs() {
    mounted.write("job", "refresh\n");
    FileNode done = mounted.job("job.done");

    assertThat(Mounted.errno(() -> mounted.control().remove("job.done")))
        .isEqualTo(Errno.EPERM.number());
    assertThat(Mounted.errno(() -> mounted.control().create("job.done")))
        .isEqualTo(Errno.EEXIST.number());
    assertThat(Mounted.errno(() -> done.open(true))).isEqualTo(Errno.EPERM.number());
    assertThat(Mounted.errno(done::truncate)).isEqualTo(Errno.EPERM.number());
    assertThat(done("job")).startsWith("done: ");
    mounted.control().remove("job");
    assertThat(mounted.control().list()).isEmpty();
    assertThat(Mounted.errno(() -> mounted.control().remove("job")))
        .isEqualTo(Errno.ENOENT.number());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".hidden", "x.done", "a/b", "a\nb", "a\0b"})
  void namesThatAreNoJobNamesAreRefused(String name) {
    assertThat(Mounted.errno(() -> mounted.control().create(name))).isEqualTo(EINVAL);
  }

  @Test
  void namesHaveAtMost128Bytes() {
    assertThat(Mounted.errno(() -> mounted.control().create("x".repeat(129)))).isEqualTo(EINVAL);
    assertThat(mounted.control().create("x".repeat(128)).attributes().permissions())
        .isEqualTo(0600);
    assertThat(Mounted.errno(() -> mounted.control().create("x".repeat(128))))
        .isEqualTo(Errno.EEXIST.number());
  }

  @Test
  void controlBelongsToWhoeverMounted() {
    Attributes attributes = mounted.control().attributes();
    assertThat(attributes.permissions()).isEqualTo(0700);
    assertThat(attributes.uid()).isEqualTo(Mounted.MOUNTING_UID);
    assertThat(attributes.gid()).isEqualTo(Mounted.MOUNTING_GID);
  }

  @Test
  void linesAndJobsAreBounded() {
    assertThat(Mounted.errno(() -> mounted.write("job", "#" + "x".repeat(4096) + "\n")))
        .isEqualTo(EINVAL);
    assertThat(Mounted.errno(() -> mounted.write("job", "#" + "x".repeat(4096)))).isEqualTo(EINVAL);
    assertThat(Mounted.errno(() -> mounted.write("job", "#\n".repeat(32_769)))).isEqualTo(EFBIG);
    assertThat(Mounted.errno(() -> mounted.write("job", "refresh\n".repeat(1001))))
        .isEqualTo(EFBIG);
    assertThat(Mounted.cat(mounted.job("job"))).isEqualTo(TOO_MUCH);
    mounted.write("job", "refresh\n".repeat(1000));
    assertThat(done("job")).startsWith("done: 1000 lines\n");
    assertThat(Mounted.errno(() -> Mounted.append(mounted.job("job"), "refresh\n")))
        .isEqualTo(EFBIG);
  }

  @Test
  void linesThatAreNoTextAreRefused() {
    FileNode job = mounted.control().create("job");
    try (OpenFile open = job.open(true)) {
      ByteBuffer latin = ByteBuffer.wrap(new byte[] {'#', (byte) 0xe9, '\n'});
      assertThat(Mounted.errno(() -> open.write(0, latin))).isEqualTo(EINVAL);
      assertThat(Mounted.errno(() -> open.write(0, bytes("#\0\n")))).isEqualTo(EINVAL);
    }
  }

  @Test
  void theOldestFinishedJobMakesRoomAndABusyOneNever() throws Exception {
    Fault stall = stallChunks();
    mounted.write("busy", "snapshot %s web/b\n".formatted(disk));
    stall.awaitReached();
    for (int n = 1; n < Jobs.MAX_JOBS; n++) {
      mounted.write("job" + n, "refresh\n");
      done("job" + n);
    }
    mounted.write("another", "refresh\n");

    assertThat(mounted.control().lookup("busy")).isPresent();
    assertThat(mounted.control().lookup("job1")).isEmpty();
    assertThat(mounted.control().lookup("job2")).isPresent();
    stall.release();
  }

  @Test
  void thereIsNoRoomWhenNoJobIsFinished() throws Exception {
    Fault stall = stallChunks();
    for (int n = 0; n < Jobs.MAX_JOBS; n++) {
      mounted.write("job" + n, "snapshot %s web/b%d\n".formatted(disk, n));
    }
    stall.awaitReached();

    assertThat(Mounted.errno(() -> mounted.control().create("another")))
        .isEqualTo(Errno.ENOSPC.number());
    for (int n = 2; n < Jobs.MAX_JOBS; n++) {
      mounted.control().remove("job" + n);
    }
    stall.release();
    done("job0");
    Await.until(
        "the second has ended", () -> Mounted.cat(mounted.job("job1")).startsWith("done: "));
  }
}
