package org.ekkofs.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.LogPlace;
import org.ekkofs.model.RefusedException;
import org.ekkofs.model.Slot;
import org.ekkofs.model.StoreUnavailableException;
import org.ekkofs.model.TreeName;
import org.ekkofs.store.Body;
import org.ekkofs.store.ForwardingObjectStore;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.testing.FaultyObjectStore;
import org.ekkofs.testing.FaultyObjectStore.Effect;
import org.ekkofs.testing.FaultyObjectStore.Operation;
import org.ekkofs.testing.MemoryObjectStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SingleWriterLogStoreTest {
  private static final TreeName WEB = new TreeName("web");
  private static final Slot ONE = new Slot(1);
  private static final byte[] RECORD = "record".getBytes(StandardCharsets.UTF_8);
  private static final LogPlace.SingleWriter SELF = new LogPlace.SingleWriter("here");

  @TempDir Path folder;
  private final MemoryObjectStore memory = new MemoryObjectStore();
  private final FaultyObjectStore faulty = new FaultyObjectStore(memory);
  private final AtomicReference<LogPlace> place = new AtomicReference<>(SELF);
  private final ExecutorService readers = Executors.newFixedThreadPool(2);

  @AfterEach
  void stopReaders() {
    readers.shutdownNow();
  }

  private HostLock lock() {
    return HostLock.at(folder.resolve("lock"));
  }

  private SingleWriterLogStore logs() {
    return new SingleWriterLogStore(faulty, readers, SELF, place::get, lock());
  }

  @Test
  void aHostThatIsNoLongerTheWriterIsToldWhoIs() {
    SingleWriterLogStore logs = logs();
    assertThat(logs.create(WEB, ONE, RECORD)).isTrue();
    place.set(new LogPlace.SingleWriter("there"));
    assertThatThrownBy(() -> logs.create(WEB, ONE.next(), RECORD))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("there")
        .hasMessageContaining("ekkofs log claim");
    place.set(LogPlace.STORE);
    assertThatThrownBy(() -> logs.create(WEB, ONE.next(), RECORD))
        .isInstanceOf(RefusedException.class);
    assertThat(logs.newest(WEB)).isEqualTo(ONE);
  }

  @Test
  void aRecordThatIsNotShownAfterItWasPutMayHaveBeenWritten() {
    SingleWriterLogStore logs =
        new SingleWriterLogStore(
            new ForwardingObjectStore(memory) {
              @Override
              public void put(ObjectKey key, Body body) {
                // Lost by the store.
              }
            },
            readers,
            SELF,
            place::get,
            lock());
    assertThatThrownBy(() -> logs.create(WEB, ONE, RECORD))
        .isInstanceOf(StoreUnavailableException.class);
  }

  @Test
  void nothingIsWrittenBeforeWhatItRefersToIsDurable() {
    faulty.fail(Operation.SYNC, 1, Effect.FAIL_BEFORE);
    assertThatThrownBy(() -> logs().create(WEB, ONE, RECORD))
        .isInstanceOf(StoreUnavailableException.class);
    assertThat(memory.children("")).isEmpty();
    faulty.assertAllFired();
  }

  @Test
  void whoMayNotWriteIsToldWhyAndStillReads() {
    logs().create(WEB, ONE, RECORD);
    ReadOnlyLogStore reader = new ReadOnlyLogStore(new ObjectLogStore(memory), "for a reason");
    assertThat(reader.read(WEB, ONE)).hasValue(RECORD);
    assertThat(reader.trees()).containsExactly(WEB);
    assertThat(reader.newest(WEB)).isEqualTo(ONE);
    assertThatThrownBy(() -> reader.create(WEB, ONE.next(), RECORD))
        .isInstanceOf(RefusedException.class)
        .hasMessage("for a reason");
  }

  @Test
  void threadsOfAProcessExcludeEachOther() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    AtomicBoolean done = new AtomicBoolean();
    CompletableFuture<Boolean> first =
        CompletableFuture.supplyAsync(
            () ->
                lock()
                    .during(
                        () -> {
                          inside.countDown();
                          awaitQuietly(release);
                          done.set(true);
                          return true;
                        }));
    inside.await();
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> lock().during(done::get)).isInstanceOf(CancelledException.class);
    assertThat(Thread.interrupted()).isTrue();
    CompletableFuture<Boolean> second =
        CompletableFuture.supplyAsync(() -> lock().during(done::get));
    release.countDown();
    assertThat(second.get()).isTrue();
    assertThat(first.get()).isTrue();
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void theLockFileIsForAllUsersAndLeftAsItIs() throws Exception {
    assertThat(lock().during(() -> 1)).isEqualTo(1);
    assertThat(lock().during(() -> 2)).isEqualTo(2);
    Path file = folder.resolve("lock");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-rw-rw-");
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void aLinkInPlaceOfTheLockFileIsNotFollowed() throws Exception {
    Path elsewhere = Files.writeString(folder.resolve("elsewhere"), "x");
    Files.createSymbolicLink(folder.resolve("lock"), elsewhere);
    assertThatThrownBy(() -> lock().during(() -> 1)).isInstanceOf(RefusedException.class);
  }

  @Test
  void everyRepositoryHasALockOnThisHost() {
    assertThat(HostLock.of(UUID.randomUUID()).during(() -> 1)).isEqualTo(1);
  }
}
