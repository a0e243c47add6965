package org.ekkofs.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.ekkofs.vfs.ErrnoException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class Fuse2WaitsTest {
  private static final int READS = 320;
  private static final int LINE = 16;

  private final FakeSession session = new FakeSession();
  private final LoopThreads loops =
      new LoopThreads(session, Fuse2Waits.THREADS, Duration.ofSeconds(10));
  private final Fuse2Waits waits = new Fuse2Waits(() -> loops);
  private final CountDownLatch released = new CountDownLatch(1);
  private final AtomicInteger waiting = new AtomicInteger();

  @BeforeEach
  void start() {
    loops.start();
  }

  @AfterEach
  void end() throws InterruptedException {
    released.countDown();
    assertThat(loops.end(Duration.ofSeconds(20), Duration.ofSeconds(30))).isTrue();
  }

  private CompletableFuture<Integer> request(Fuse2Waits.Kind kind, Fuse2Waits.Task task) {
    return session.request(
        () -> {
          try {
            return waits.run(kind, task);
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  private int hang() throws InterruptedException {
    waiting.incrementAndGet();
    released.await();
    return 7;
  }

  @Test
  void readsThatHangLeaveTheSharesOfTheOthers() throws Exception {
    List<CompletableFuture<Integer>> reads = new ArrayList<>();
    for (int i = 0; i < READS; i++) {
      reads.add(request(Fuse2Waits.Kind.READ, this::hang));
    }
    Shell.await("all of them wait", () -> waiting.get() == READS);
    List<CompletableFuture<Integer>> more = new ArrayList<>();
    for (int i = 0; i < LINE; i++) {
      more.add(request(Fuse2Waits.Kind.READ, this::hang));
    }
    Shell.await("the line is full", () -> loops.size() > READS + LINE);
    assertThatThrownBy(() -> request(Fuse2Waits.Kind.READ, () -> 1).get(20, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(ErrnoException.class);
    assertThat(request(Fuse2Waits.Kind.OPEN, () -> 2).get(20, TimeUnit.SECONDS)).isEqualTo(2);
    assertThat(request(Fuse2Waits.Kind.CONTROL, () -> 3).get(20, TimeUnit.SECONDS)).isEqualTo(3);
    assertThat(session.request(() -> 4).get(20, TimeUnit.SECONDS)).isEqualTo(4);
    released.countDown();
    reads.addAll(more);
    for (CompletableFuture<Integer> read : reads) {
      assertThat(read.get(20, TimeUnit.SECONDS)).isEqualTo(7);
    }
  }
}
