package org.ekkofs.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.BackupPath;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.Compression;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.model.TreeName;
import org.ekkofs.store.Body;
import org.ekkofs.store.ForwardingObjectStore;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectStore;
import org.ekkofs.testing.Await;
import org.ekkofs.testing.MemoryObjectStore;
import org.ekkofs.testing.ModelDisk;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotPipelineTest {
  private static final SegmentSize SIZE = new SegmentSize(256 << 10);
  private static final int SEGMENTS = 150;
  private static final int PARALLELISM = 40;
  private static final TreeName TREE = new TreeName("web");

  @TempDir Path folder;
  private final MemoryObjectStore memory = new MemoryObjectStore();
  private final Gate gate = new Gate(memory);
  private Repository repository;

  /** A store far away, which a test makes wait. */
  private static final class Gate extends ForwardingObjectStore {
    final AtomicInteger puts = new AtomicInteger();
    final AtomicInteger ranges = new AtomicInteger();
    final CountDownLatch firstMayGo = new CountDownLatch(1);
    volatile Semaphore permits = new Semaphore(1 << 20);
    volatile boolean firstWaits;
    volatile boolean secondFails;

    Gate(ObjectStore store) {
      super(store);
    }

    @Override
    public int parallelism() {
      return PARALLELISM;
    }

    @Override
    public void put(ObjectKey key, Body body) {
      if (!key.value().contains("/chunks/")) {
        super.put(key, body);
        return;
      }
      puts.incrementAndGet();
      if (firstWaits && key.name().equals("00000000")) {
        await(firstMayGo);
      }
      if (secondFails && key.name().equals("00000001")) {
        throw new FailedException("the second fails");
      }
      pass();
      super.put(key, body);
    }

    @Override
    public Optional<byte[]> getRange(ObjectKey key, long offset, int length) {
      if (key.value().contains("/chunks/")) {
        ranges.incrementAndGet();
        pass();
      }
      return super.getRange(key, offset, length);
    }

    private void pass() {
      try {
        permits.acquire();
      } catch (InterruptedException e) {
        throw new CancelledException("interrupted", e);
      }
    }

    private static void await(CountDownLatch latch) {
      try {
        latch.await();
      } catch (InterruptedException e) {
        throw new CancelledException("interrupted", e);
      }
    }
  }

  @BeforeEach
  void openRepository() {
    Repository.init(memory, Clock.systemUTC());
    repository = Repository.open(gate, new LocalState(folder), Surroundings.real());
  }

  @AfterEach
  void closeRepository() {
    gate.permits.release(SEGMENTS);
    repository.close();
  }

  private static ModelDisk disk() {
    ModelDisk disk = ModelDisk.empty(SEGMENTS * SIZE.bytes());
    for (int segment = 0; segment < SEGMENTS; segment++) {
      disk.write(segment * SIZE.bytes(), new byte[] {1, (byte) segment});
    }
    return disk;
  }

  private TrackedBackup take(ModelDisk disk, String name, Optional<String> parent) {
    SnapshotRequest request =
        new SnapshotRequest(
            new BackupPath(TREE, new BackupName(name)),
            parent.map(BackupName::new),
            Optional.of(SIZE),
            Optional.of(Compression.DEFAULT));
    return new Snapshots(repository).take(disk.source(true), request, Progress.NONE);
  }

  private Thread inBackground(ModelDisk disk, String name, Optional<String> parent) {
    Thread thread = new Thread(() -> take(disk, name, parent));
    thread.start();
    return thread;
  }

  @Test
  void asManyChunksAreUnderWayAsTheStoreIsWorth() throws Exception {
    gate.permits = new Semaphore(0);
    Thread taking = inBackground(disk(), "one", Optional.empty());
    Await.until("so many to be under way", () -> gate.puts.get() == PARALLELISM);
    gate.permits.release(3);
    Await.until("as many more", () -> gate.puts.get() == PARALLELISM + 3);
    gate.permits.release(SEGMENTS);
    taking.join();
    assertThat(gate.puts).hasValue(SEGMENTS);
    assertThat(repository.tree(TREE).visible()).hasSize(1);
  }

  @Test
  void asManyHeadersOfTheParentAreAskedForAtOnce() throws Exception {
    take(disk(), "one", Optional.empty());
    ModelDisk changed = disk();
    for (int segment = 0; segment < SEGMENTS; segment++) {
      changed.write(segment * SIZE.bytes() + 100_000, new byte[] {2, (byte) segment});
    }
    gate.permits = new Semaphore(0);
    Thread taking = inBackground(changed, "two", Optional.of("one"));
    Await.until("so many to be asked for", () -> gate.ranges.get() == PARALLELISM);
    gate.permits.release(2 * SEGMENTS);
    taking.join();
    assertThat(gate.ranges).hasValue(SEGMENTS);
    assertThat(repository.tree(TREE).visible()).hasSize(2);
  }

  @Test
  void aChunkThatTakesLongHoldsUpNoOther() throws Exception {
    gate.firstWaits = true;
    Thread taking = inBackground(disk(), "one", Optional.empty());
    Await.until("all others", () -> gate.puts.get() == SEGMENTS);
    gate.firstMayGo.countDown();
    taking.join();
    assertThat(repository.tree(TREE).visible()).hasSize(1);
  }

  @Test
  void aFailureDoesNotWaitForWhatTakesLong() {
    gate.firstWaits = true;
    gate.secondFails = true;
    assertThatThrownBy(() -> take(disk(), "one", Optional.empty()))
        .isInstanceOf(FailedException.class)
        .hasMessage("the second fails");
    assertThat(gate.firstMayGo.getCount()).isEqualTo(1);
    assertThat(repository.tree(TREE).visible()).isEmpty();
  }
}
