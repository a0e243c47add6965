package org.ekkofs.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.AlreadyExistsException;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.ErrorKind;
import org.ekkofs.model.NotFoundException;
import org.ekkofs.model.RefusedException;
import org.ekkofs.testing.FaultyObjectStore.Effect;
import org.ekkofs.testing.FaultyObjectStore.Fault;
import org.ekkofs.testing.FaultyObjectStore.Operation;
import org.ekkofs.testing.ModelDisk;
import org.ekkofs.testing.TestRepository;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotRaceTest {
  private static final int RACERS = 4;

  @TempDir Path dir;

  private final ExecutorService threads = Executors.newFixedThreadPool(RACERS);
  private final CyclicBarrier barrier = new CyclicBarrier(RACERS);
  private TestRepository web;

  @BeforeEach
  void create() {
    web = TestRepository.create(dir.resolve("web"));
  }

  @AfterEach
  void close() {
    threads.shutdownNow();
    web.close();
  }

  private void meet() {
    try {
      barrier.await(30, TimeUnit.SECONDS);
    } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  private void meetAt(CrashPoint wanted, CrashPoint point) {
    if (point == wanted) {
      meet();
    }
  }

  private record Racer(ModelDisk disk, Optional<TrackedBackup> backup, Optional<ErrorKind> error) {}

  private Racer run(TestRepository repository, int number) {
    ModelDisk disk = ModelDisk.random(2_000_000, new Random(number));
    try {
      return new Racer(disk, Optional.of(repository.snapshot(disk, "same", "")), Optional.empty());
    } catch (EkkofsException e) {
      return new Racer(disk, Optional.empty(), Optional.of(e.kind()));
    }
  }

  private List<Racer> race(List<TestRepository> repositories) throws Exception {
    List<Callable<Racer>> tasks = new ArrayList<>();
    for (int n = 0; n < RACERS; n++) {
      TestRepository repository = repositories.get(n);
      int number = n;
      tasks.add(() -> run(repository, number));
    }
    List<Racer> racers = new ArrayList<>();
    for (Future<Racer> future : threads.invokeAll(tasks)) {
      racers.add(future.get());
    }
    return racers;
  }

  private void assertOneWon(List<Racer> racers) {
    List<Racer> winners = racers.stream().filter(racer -> racer.backup().isPresent()).toList();
    assertThat(winners).hasSize(1);
    assertThat(racers)
        .filteredOn(racer -> racer.backup().isEmpty())
        .allMatch(
            racer ->
                racer.error().equals(Optional.of(ErrorKind.REFUSED))
                    || racer.error().equals(Optional.of(ErrorKind.ALREADY_EXISTS)));
    TrackedBackup visible = web.tree().find(new BackupName("same"));
    assertThat(visible.id()).isEqualTo(winners.get(0).backup().orElseThrow().id());
    assertThat(web.tree().all()).noneMatch(TrackedBackup::isOpen);
    web.assertHolds(visible, winners.get(0).disk());
  }

  @Test
  void ofManyHostsThatCommitOneNameAtOnceExactlyOneWins() throws Exception {
    List<TestRepository> hosts = new ArrayList<>();
    for (int n = 0; n < RACERS; n++) {
      hosts.add(
          web.another(dir.resolve("host" + n), point -> meetAt(CrashPoint.AFTER_MANIFEST, point)));
    }
    List<Racer> racers = race(hosts);
    assertOneWon(racers);
    assertThat(racers).filteredOn(racer -> racer.error().isPresent()).hasSize(RACERS - 1);
    hosts.forEach(TestRepository::close);
  }

  @Test
  void ofManyThreadsWithOneRepositoryExactlyOneWins() throws Exception {
    for (int round = 0; round < 10; round++) {
      assertOneWon(race(List.of(web, web, web, web)));
      web.tree().delete(new BackupName("same"));
    }
  }

  @Test
  void theFirstSnapshotsOfATreeAllSucceedUnderTheirOwnNames() throws Exception {
    List<Callable<TrackedBackup>> tasks = new ArrayList<>();
    List<TestRepository> hosts = new ArrayList<>();
    for (int n = 0; n < RACERS; n++) {
      TestRepository host = web.another(dir.resolve("host" + n), point -> {});
      hosts.add(host);
      int number = n;
      tasks.add(
          () -> {
            meet();
            return host.snapshot(ModelDisk.random(900_000, new Random(number)), "n" + number, "");
          });
    }
    for (Future<TrackedBackup> future : threads.invokeAll(tasks)) {
      future.get();
    }
    assertThat(web.tree().visible()).hasSize(RACERS);
    hosts.forEach(TestRepository::close);
  }

  @Test
  void aParentMayBeDeletedWhileItsChildIsTaken() {
    Random random = new Random(8);
    ModelDisk disk = ModelDisk.full(3_000_000, random);
    web.snapshot(disk, "parent", "");
    disk.scribble(100, 100, random);
    try (TestRepository other =
        web.another(
            dir.resolve("other"),
            point -> {
              if (point == CrashPoint.AFTER_INTENT) {
                web.tree().delete(new BackupName("parent"));
              }
            })) {
      TrackedBackup child = other.snapshot(disk, "child", "parent");
      web.assertHolds(child, disk);
      assertThat(TestRepository.figures(child).newChunks()).isOne();
    }
  }

  @Test
  void aRevokedSnapshotWhoseParentIsSweptIsToldThatItWasRevoked() {
    ModelDisk disk = ModelDisk.full(1_000, new Random(8));
    web.snapshot(disk, "parent", "");
    try (TestRepository other =
        web.another(
            dir.resolve("other"),
            point -> {
              if (point == CrashPoint.AFTER_INTENT) {
                web.tree().revoke(new BackupName("child"), true);
                web.tree().delete(new BackupName("parent"));
                new Sweeps(web.repository())
                    .sweep(web.tree(), SweepOptions.DEFAULT.now(), Progress.NONE);
              }
            })) {
      assertThatThrownBy(() -> other.snapshot(disk, "child", "parent"))
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("revoked");
    }
  }

  @Test
  void aParentThatIsDeletedAlreadyIsNone() {
    ModelDisk disk = ModelDisk.full(1_000, new Random(8));
    web.snapshot(disk, "parent", "");
    web.tree().delete(new BackupName("parent"));
    assertThatThrownBy(() -> web.snapshot(disk, "child", "parent"))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("deleted");
    assertThat(web.tree().all()).hasSize(1);
  }

  @Test
  void aNameIsFreeAgainWhenItsBackupIsDeletedAndNotBefore() {
    ModelDisk disk = ModelDisk.full(1_000, new Random(8));
    web.snapshot(disk, "name", "");
    assertThatThrownBy(() -> web.snapshot(disk, "name", ""))
        .isInstanceOf(AlreadyExistsException.class);
    web.tree().delete(new BackupName("name"));
    web.assertHolds(web.snapshot(disk, "name", ""), disk);
  }

  @Test
  void whoRevokesASnapshotThatIsFinishedAtThatMomentIsToldSo() throws Exception {
    Fault stall = web.faults().fail(Operation.CREATE, 1, Effect.STALL);
    CompletableFuture<TrackedBackup> revoked = new CompletableFuture<>();
    Consumer<CrashPoint> revoking =
        point -> {
          if (point == CrashPoint.AFTER_MANIFEST) {
            revoked.completeAsync(() -> web.tree().revoke(new BackupName("name"), true), threads);
            awaitReached(stall);
          }
        };
    ModelDisk disk = ModelDisk.full(1_000, new Random(8));
    try (TestRepository other = web.another(dir.resolve("other"), revoking)) {
      other.snapshot(disk, "name", "");
    }
    stall.release();
    assertThatThrownBy(() -> revoked.get(30, TimeUnit.SECONDS))
        .hasCauseInstanceOf(RefusedException.class)
        .hasMessageContaining("finished meanwhile");
    web.assertHolds(web.tree().find(new BackupName("name")), disk);
  }

  private static void awaitReached(Fault fault) {
    try {
      fault.awaitReached();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
