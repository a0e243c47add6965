package org.ekkofs.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WorkersTest {
  private static final int READS = 20;
  private static final int EVENTS = 4;

  private final Workers workers = new Workers(READS, EVENTS);
  private final CountDownLatch released = new CountDownLatch(1);
  private final AtomicInteger running = new AtomicInteger();
  private final AtomicInteger done = new AtomicInteger();

  @AfterEach
  void end() {
    released.countDown();
    assertThat(workers.end()).isTrue();
  }

  private void hang() {
    running.incrementAndGet();
    try {
      released.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    done.incrementAndGet();
  }

  private String threadOf(Workers.Kind kind) throws Exception {
    CompletableFuture<String> name = new CompletableFuture<>();
    workers.run(kind, () -> name.complete(Thread.currentThread().getName()));
    return name.get(20, TimeUnit.SECONDS);
  }

  @ParameterizedTest
  @EnumSource(
      value = Workers.Kind.class,
      names = {"READ", "OPEN", "LOCAL", "CONTROL"})
  void kindsThatHangDoNotHoldUpOthersAndLoseNothing(Workers.Kind hung) throws Exception {
    for (int i = 0; i < 200; i++) {
      workers.run(hung, this::hang);
    }
    for (Workers.Kind kind : Workers.Kind.values()) {
      if (kind != hung) {
        assertThat(threadOf(kind)).contains(kind.name().toLowerCase(Locale.ROOT));
      }
    }
    assertThat(running.get()).isLessThan(200);
    released.countDown();
    Shell.await("all is done", () -> done.get() == 200);
  }

  @Test
  void asManyReadsWaitAsThereMayBe() {
    for (int i = 0; i < 2 * READS; i++) {
      workers.run(Workers.Kind.READ, this::hang);
    }
    Shell.await("all threads wait", () -> running.get() == READS);
  }

  @Test
  void idleThreadsAreUsedBeforeNewOnesAreStarted() throws Exception {
    Set<String> names = new HashSet<>();
    for (int i = 0; i < 200; i++) {
      names.add(threadOf(Workers.Kind.READ));
    }
    assertThat(names).hasSizeLessThan(READS);
  }

  @Test
  void eventsBeyondTheLimitAreRejected() {
    for (int i = 0; i < EVENTS; i++) {
      workers.run(Workers.Kind.EVENT, this::hang);
    }
    assertThatThrownBy(() -> workers.run(Workers.Kind.EVENT, this::hang))
        .isInstanceOf(RejectedExecutionException.class);
  }
}
