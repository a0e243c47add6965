package org.ekkofs.vfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.ekkofs.disk.SegmentCache;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.manifest.SegmentTable;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.BackupName;
import org.ekkofs.testing.Await;
import org.ekkofs.testing.ModelDisk;
import org.ekkofs.testing.TestRepository;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskPoolTest {
  private static final BackupName NAME = new BackupName("a");
  private static final int ENOENT = Errno.ENOENT.number();

  @TempDir private Path dir;
  private TestRepository repository;
  private SegmentCache cache;
  private DiskPool pool;
  private TrackedBackup backup;

  @BeforeEach
  void backUp() {
    repository = Mounted.repository(dir);
    cache = repository.cache();
    pool = new DiskPool(cache, new SegmentTable());
    backup = repository.snapshot(ModelDisk.full(300_000, new Random(1)), "a", "");
  }

  @AfterEach
  void close() {
    pool.close();
    cache.close();
    repository.close();
  }

  private DiskPool.Lease open() {
    return pool.open(repository.tree(), backup);
  }

  private int failure() {
    return Mounted.errno(() -> open().close());
  }

  private Set<BackupId> shut() {
    return pool.shut(TestRepository.TREE, Set.of(backup.id()));
  }

  private void reopen() {
    pool.reopen(TestRepository.TREE, Set.of(backup.id()));
  }

  @Test
  void whatIsReadIsNotShut() {
    try (DiskPool.Lease reader = open()) {
      assertThat(shut()).containsExactly(backup.id());
      open().close();
      assertThat(reader.disk().geometry().diskBytes()).isEqualTo(300_000);
    }
    assertThat(shut()).isEmpty();
  }

  @Test
  void whatIsShutHasNoReadersAnyMore() {
    repository.tree().delete(NAME);
    open().close();
    assertThat(pool.size()).isOne();

    assertThat(shut()).isEmpty();

    assertThat(pool.size()).isZero();
    assertThat(failure()).isEqualTo(ENOENT);
    reopen();
    open().close();
  }

  @Test
  void whatWasUndeletedIsReadAgainThoughShut() {
    repository.tree().delete(NAME);
    assertThat(shut()).isEmpty();
    assertThat(failure()).isEqualTo(ENOENT);

    repository.tree().undelete(NAME, NAME);

    try (DiskPool.Lease reader = open()) {
      assertThat(shut()).containsExactly(backup.id());
      assertThat(reader.disk().geometry().diskBytes()).isEqualTo(300_000);
    }
  }

  @Test
  void oneWhoLetsItGoDoesNotOpenItForAnother() {
    repository.tree().delete(NAME);
    assertThat(shut()).isEmpty();
    assertThat(shut()).isEmpty();

    reopen();
    assertThat(failure()).isEqualTo(ENOENT);
    reopen();
    open().close();
  }

  @Test
  void otherTreesAndBackupsStayOpen() {
    TrackedBackup other = repository.snapshot(ModelDisk.full(10, new Random(2)), "b", "");
    repository.tree().delete(NAME);
    shut();

    pool.open(repository.tree(), other).close();
  }

  @Test
  void noReaderSlipsInWhileItIsShut() throws Exception {
    repository.tree().delete(NAME);
    AtomicBoolean gone = new AtomicBoolean();
    AtomicBoolean slipped = new AtomicBoolean();
    AtomicBoolean end = new AtomicBoolean();
    AtomicInteger reads = new AtomicInteger();
    AtomicInteger refused = new AtomicInteger();
    ExecutorService executor = Executors.newFixedThreadPool(4);
    List<CompletableFuture<Void>> readers = new ArrayList<>();
    for (int n = 0; n < 4; n++) {
      readers.add(
          CompletableFuture.runAsync(
              () -> {
                while (!end.get()) {
                  try (DiskPool.Lease lease = open()) {
                    assertThat(lease.disk()).isNotNull();
                    slipped.compareAndSet(false, gone.get());
                    reads.incrementAndGet();
                    slipped.compareAndSet(false, gone.get());
                  } catch (ErrnoException e) {
                    assertThat(e.errno()).isEqualTo(Errno.ENOENT);
                    refused.incrementAndGet();
                  }
                }
              },
              executor));
    }
    try {
      for (int round = 0; round < 100; round++) {
        Await.until("nobody reads", () -> shut().isEmpty());
        gone.set(true);
        int before = refused.get();
        Await.until("a reader is refused", () -> refused.get() > before);
        gone.set(false);
        reopen();
        int seen = reads.get();
        Await.until("a reader comes in", () -> reads.get() > seen);
      }
    } finally {
      end.set(true);
      executor.shutdown();
      assertThat(executor.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
    }
    readers.forEach(CompletableFuture::join);
    assertThat(slipped).isFalse();
  }
}
