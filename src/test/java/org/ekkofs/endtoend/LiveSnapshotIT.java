package org.ekkofs.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.ekkofs.backup.CrashPoint;
import org.ekkofs.backup.Host;
import org.ekkofs.backup.LiveRequest;
import org.ekkofs.backup.LiveResult;
import org.ekkofs.backup.LiveSnapshots;
import org.ekkofs.backup.Progress;
import org.ekkofs.backup.SnapshotRequest;
import org.ekkofs.backup.Surroundings;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.BackupPath;
import org.ekkofs.model.Compression;
import org.ekkofs.model.RefusedException;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.source.qmp.LiveOptions;
import org.ekkofs.source.qmp.RunningMachine;
import org.ekkofs.testing.Await;
import org.ekkofs.testing.ModelDisk;
import org.ekkofs.testing.TestRepository;
import org.ekkofs.testing.TinyFilesystem;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Disks of a running QEMU, written to by hand while they are backed up. */
class LiveSnapshotIT {
  private static final int MIB = 1 << 20;
  private static final int SEGMENT = 256 << 10;

  @TempDir Path folder;
  private TestRepository repository;
  private RunningMachine machine;
  private Consumer<CrashPoint> meanwhile = point -> {};
  private final List<String> remarks = new ArrayList<>();

  @BeforeEach
  void start() throws Exception {
    Files.createDirectory(folder.resolve("scratch"));
    TestRepository first =
        TestRepository.create(
            folder.resolve("first"), new SegmentSize(SEGMENT), Compression.DEFAULT);
    first.snapshot(ModelDisk.empty(SEGMENT), "unrelated", "");
    first.tree().delete(new BackupName("unrelated"));
    repository =
        first.another(
            folder.resolve("local"),
            new Surroundings(Clock.systemUTC(), Host.current(), point -> meanwhile.accept(point)));
    machine = RunningMachine.create(folder, 8 * MIB, 6 * MIB);
    machine.write(0, 0, 3 * MIB, 1);
    machine.write(1, MIB, MIB, 2);
  }

  @AfterEach
  void end() {
    machine.close();
    repository.close();
  }

  @Test
  void eachBackupIsTheDiskAsItWasAtItsMomentWhileWritesGoOn() {
    TrackedBackup full = takeWhileWriting("full", 10);
    assertThat(remarks).singleElement().asString().contains("no bitmap");
    remarks.clear();
    takeWhileWriting("one", 20);
    machine.zero(0, MIB, MIB);
    TrackedBackup two = takeWhileWriting("two", 30);
    assertThat(remarks).isEmpty();
    assertThat(two.parent()).isNotEqualTo(Optional.of(full.id())).isPresent();
    assertThat(machine.model(0).bytes()).isNotEqualTo(new byte[8 * MIB]);
  }

  private TrackedBackup takeWhileWriting(String name, int value) {
    machine.write(0, 5 * MIB + value * 4096, 70_000, value);
    ModelDisk[] moment = new ModelDisk[1];
    meanwhile =
        point -> {
          if (point == CrashPoint.LIVE_OVERLAYS_ATTACHED) {
            machine.write(0, 2 * MIB, 5000, value + 1);
            moment[0] = machine.model(0);
          } else if (point == CrashPoint.LIVE_BEGUN || point == CrashPoint.BEFORE_MANIFEST) {
            machine.write(0, 2 * MIB, 5000, value + 2);
            machine.write(0, 7 * MIB, 5000, value + 3);
            machine.zero(0, 64 << 10, 64 << 10);
          } else if (point == CrashPoint.LIVE_EXPORTED) {
            machine.write(0, 0, 2 * MIB, value + 4);
          }
        };
    TrackedBackup backup = take(name);
    meanwhile = point -> {};
    repository.assertHolds(backup, moment[0]);
    machine.assertTidy();
    return backup;
  }

  @Test
  void disksThatAreTakenTogetherAreOfOneMoment() {
    ModelDisk[] moment = new ModelDisk[2];
    meanwhile =
        point -> {
          if (point == CrashPoint.LIVE_OVERLAYS_ATTACHED) {
            both(50);
            moment[0] = machine.model(0);
            moment[1] = machine.model(1);
          } else if (point == CrashPoint.LIVE_BEGUN || point == CrashPoint.BEFORE_MANIFEST) {
            both(51);
          }
        };
    List<LiveResult> results = take(request(0, "sys"), request(1, "data"));
    repository.assertHolds(taken(results.get(0)), moment[0]);
    repository.assertHolds(taken(results.get(1)), moment[1]);
    machine.assertTidy();
  }

  private void both(int value) {
    machine.write(0, 4 * MIB, 4096, value);
    machine.write(1, 4 * MIB, 4096, value);
  }

  @Test
  void ifOneDiskFailsTheOthersAreTakenAndTheNextIsIncremental() {
    take(request(0, "sys1"), request(1, "data1"));
    remarks.clear();
    both(60);
    meanwhile =
        point -> {
          if (point == CrashPoint.LIVE_EXPORTED) {
            repository.snapshot(ModelDisk.empty(SEGMENT), "sys2", "");
          }
        };
    List<LiveResult> results = take(request(0, "sys2"), request(1, "data2"));
    meanwhile = point -> {};
    assertThat(results.get(0)).isInstanceOf(LiveResult.Failed.class);
    repository.assertHolds(taken(results.get(1)), machine.model(1));
    machine.assertTidy();
    both(61);
    List<LiveResult> next = take(request(0, "sys3"), request(1, "data3"));
    repository.assertHolds(taken(next.get(0)), machine.model(0));
    repository.assertHolds(taken(next.get(1)), machine.model(1));
    assertThat(remarks).isEmpty();
  }

  @Test
  void whatIsNotKnownToHaveChangedIsReadAndThatIsSaid() throws Exception {
    take("one");
    machine.loseBitmaps(0);
    machine.write(0, 4 * MIB, 4096, 3);
    readsAll("lost", "no bitmap", "compared with web/one");
    // QEMU stores bitmaps when it ends, and notes when it has loaded some.
    machine = machine.restart().crash();
    machine.write(0, 4 * MIB, 4096, 4);
    readsAll("crashed", "inconsistent", "compared with web/lost");
    repository.tree().delete(new BackupName("crashed"));
    machine.write(0, 4 * MIB, 4096, 5);
    readsAll("orphan", "gone or in another tree", "compared with web/lost");
    machine.write(0, 4 * MIB, 4096, 6);
    LiveRequest other = request(0, "other");
    remarks.clear();
    TrackedBackup backup =
        taken(
            take(new LiveRequest(
                    "disk0", other.snapshot().withParent(Optional.of(new BackupName("one")))))
                .get(0));
    assertThat(remarks).singleElement().asString().contains("not of the wanted parent");
    repository.assertHolds(backup, machine.model(0));
    machine = machine.restart();
    machine.write(0, 4 * MIB, 4096, 7);
    remarks.clear();
    repository.assertHolds(take("restarted"), machine.model(0));
    assertThat(remarks).isEmpty();
  }

  private void readsAll(String name, String... words) {
    remarks.clear();
    repository.assertHolds(take(name), machine.model(0));
    assertThat(remarks).singleElement().asString().contains(words);
    machine.assertTidy();
  }

  @Test
  void aDiskThatHasAnotherSizeNowIsRight() {
    take("small");
    machine.resize(0, 9 * MIB + 512);
    machine.write(0, 9 * MIB, 512, 9);
    repository.assertHolds(take("large"), machine.model(0));
  }

  @Test
  void whereSomebodyElseIsBusyNothingIsTouched() {
    take("one");
    Path socket = folder.resolve("somebody.sock");
    machine.startServer(socket);
    assertThatThrownBy(() -> take("two"))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("NBD server");
    machine.stopServer();
    machine.assertTidy();
    meanwhile =
        point -> {
          if (point == CrashPoint.LIVE_EXPORTED) {
            meanwhile = none -> {};
            assertThatThrownBy(() -> take("three"))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("somebody else is connected");
            machine.cancelJobs();
          }
        };
    List<LiveResult> results = take(request(0, "four"));
    assertThat(results)
        .singleElement()
        .isInstanceOfSatisfying(
            LiveResult.Failed.class,
            failed -> assertThat(failed.why()).hasMessageContaining("job has ended"));
    machine.write(0, 4 * MIB, 4096, 6);
    remarks.clear();
    repository.assertHolds(take("five"), machine.model(0));
    assertThat(remarks).isEmpty();
    machine.assertTidy();
  }

  @ParameterizedTest
  @EnumSource(
      value = CrashPoint.class,
      names = {"LIVE_EXPORTED", "BETWEEN_CHUNKS"})
  void whenQemuDiesTheBackupFailsAndSaysSo(CrashPoint moment) {
    meanwhile =
        point -> {
          if (point == moment) {
            machine.kill();
          }
        };
    assertThat(take(request(0, "one")))
        .singleElement()
        .isInstanceOfSatisfying(
            LiveResult.Failed.class,
            failed -> assertThat(failed.why()).hasMessageContaining("the machine at"));
    assertThat(repository.tree().visible()).isEmpty();
  }

  @Test
  void beforeTheScratchFolderIsFullTheBackupIsGivenUpAndTheGuestGoesOn() throws IOException {
    take("one");
    machine.write(0, 4 * MIB, 4096, 3);
    try (TinyFilesystem tiny =
        TinyFilesystem.mount(Files.createDirectory(folder.resolve("tiny")), "size=24m")) {
      meanwhile =
          point -> {
            if (point == CrashPoint.LIVE_EXPORTED) {
              fill(tiny.folder().resolve("large"));
              Await.until("it is given up", () -> !machine.hasJobs());
              machine.write(0, 0, 8 * MIB, 4);
            }
          };
      assertThat(take(tiny.folder(), request(0, "two")))
          .singleElement()
          .isInstanceOfSatisfying(
              LiveResult.Failed.class,
              failed -> assertThat(failed.why()).hasMessageContaining("nearly full"));
      meanwhile = point -> {};
      assertThatThrownBy(() -> take(tiny.folder(), request(0, "two")))
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("too little room");
    }
    remarks.clear();
    repository.assertHolds(take("two"), machine.model(0));
    assertThat(remarks).isEmpty();
    machine.assertTidy();
  }

  private static void fill(Path file) {
    try {
      Files.write(file, new byte[18 * MIB]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void nothingIsLeftInTheScratchFolder() throws IOException {
    take("one");
    try (DirectoryStream<Path> left = Files.newDirectoryStream(folder.resolve("scratch"))) {
      assertThat(left).isEmpty();
    }
  }

  private TrackedBackup take(String name) {
    return taken(take(request(0, name)).get(0));
  }

  private static TrackedBackup taken(LiveResult result) {
    if (result instanceof LiveResult.Failed failed) {
      throw failed.why();
    }
    return ((LiveResult.Taken) result).backup();
  }

  private static LiveRequest request(int disk, String name) {
    return new LiveRequest(
        "disk" + disk,
        new SnapshotRequest(
            new BackupPath(TestRepository.TREE, new BackupName(name)), Optional.empty()));
  }

  private List<LiveResult> take(LiveRequest... requests) {
    return take(folder.resolve("scratch"), requests);
  }

  private List<LiveResult> take(Path scratch, LiveRequest... requests) {
    return new LiveSnapshots(repository.repository())
        .take(
            machine.monitor(),
            List.of(requests),
            new LiveOptions(Optional.empty(), scratch),
            Progress.NONE,
            remarks::add);
  }
}
