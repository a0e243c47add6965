package org.ekkofs.vfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.ekkofs.backup.Host;
import org.ekkofs.backup.Surroundings;
import org.ekkofs.control.SweepTrees;
import org.ekkofs.disk.SegmentCache;
import org.ekkofs.log.Phase;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.manifest.SegmentTable;
import org.ekkofs.model.BackupName;
import org.ekkofs.store.ObjectStore;
import org.ekkofs.testing.Await;
import org.ekkofs.testing.FaultyObjectStore.Effect;
import org.ekkofs.testing.FaultyObjectStore.Fault;
import org.ekkofs.testing.FaultyObjectStore.Operation;
import org.ekkofs.testing.HandClock;
import org.ekkofs.testing.ModelDisk;
import org.ekkofs.testing.TestRepository;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DailySweepsTest {
  private static final SweepTime THREE = new SweepTime(LocalTime.of(3, 0), ZoneOffset.UTC);

  @TempDir private Path dir;
  private final HandClock clock = new HandClock();
  private TestRepository first;
  private TestRepository repository;
  private SegmentCache cache;
  private DiskPool pool;
  private DailySweeps sweeps;

  @BeforeEach
  void begin() {
    first = Mounted.repository(dir);
    repository =
        first.another(dir.resolve("other"), new Surroundings(clock, Host.current(), point -> {}));
    cache = repository.cache();
    pool = new DiskPool(cache, new SegmentTable());
    sweeps = new DailySweeps(new SweepTrees(repository.repository(), pool), clock);
  }

  @AfterEach
  void end() {
    repository.faults().heal();
    sweeps.close();
    pool.close();
    cache.close();
    repository.close();
    first.close();
  }

  private TrackedBackup deleted(String name, int seed) {
    TrackedBackup backup = repository.snapshot(ModelDisk.full(300_000, new Random(seed)), name, "");
    repository.tree().delete(new BackupName(name));
    return backup;
  }

  /** Whether any chunk of it is in the store. */
  private boolean isThere(TrackedBackup backup) {
    int[] count = new int[1];
    ObjectStore store = repository.memory();
    store.list(repository.tree().keys().chunksOf(backup.id()), object -> count[0]++);
    return count[0] > 0;
  }

  private void start() {
    sweeps.start(THREE, Duration.ofMillis(2));
  }

  /** Days pass, however long the sweep of the one before takes. */
  private void laterDaysUntil(BooleanSupplier swept) {
    Await.until(
        "the sweep of a later day",
        () -> {
          clock.advance(Duration.ofDays(1));
          return swept.getAsBoolean();
        });
  }

  @Test
  void sweepsAtItsTimeWhatTheUndoWindowHasLeft() {
    TrackedBackup old = deleted("old", 1);
    clock.advance(Duration.ofHours(23));
    TrackedBackup young = deleted("young", 2);
    start();
    assertThat(isThere(old)).isTrue();

    clock.advance(Duration.ofHours(2));
    Await.until("the sweep", () -> !isThere(old));
    assertThat(isThere(young)).isTrue();

    laterDaysUntil(() -> !isThere(young));
  }

  @Test
  void whatIsReadIsSweptTheNextDay() {
    TrackedBackup read = deleted("read", 1);
    TrackedBackup other = deleted("other", 2);
    start();
    try (DiskPool.Lease reader = pool.open(repository.tree(), read)) {
      clock.advance(Duration.ofDays(2));
      Await.until("the sweep", () -> !isThere(other));
      assertThat(isThere(read)).isTrue();
      assertThat(reader.disk().geometry().diskBytes()).isEqualTo(300_000);
    }
    laterDaysUntil(() -> !isThere(read));
  }

  @Test
  void aStoreThatIsAwayIsAskedAgainTheNextDay() {
    TrackedBackup old = deleted("old", 1);
    Fault fault =
        repository.faults().fail(Operation.CHILDREN, key -> true, 1, 1, Effect.FAIL_BEFORE);
    start();
    clock.advance(Duration.ofDays(2));
    Await.until("the failure", () -> fault.fired() > 0);
    assertThat(isThere(old)).isTrue();

    laterDaysUntil(() -> !isThere(old));
  }

  @Test
  void endsWithTheMount() throws InterruptedException {
    deleted("old", 1);
    Fault fault = repository.faults().fail(Operation.DELETE, key -> true, 1, 99, Effect.STALL);
    start();
    clock.advance(Duration.ofDays(2));
    fault.awaitReached();
    Thread sweeping = sweeping().orElseThrow();

    sweeps.close();

    Await.until("the end of the thread", () -> !sweeping.isAlive());
    assertThat(repository.tree().all().get(0).phase()).isInstanceOf(Phase.Planned.class);
  }

  private static Optional<Thread> sweeping() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("ekkofs-sweep"))
        .findFirst();
  }
}
