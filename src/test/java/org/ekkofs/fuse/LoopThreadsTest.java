package org.ekkofs.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LoopThreadsTest {
  private static final int LIMIT = 40;

  private final FakeSession session = new FakeSession();
  private final LoopThreads loops = new LoopThreads(session, LIMIT, Duration.ofMillis(20));
  private final CountDownLatch released = new CountDownLatch(1);

  @AfterEach
  void everythingEnds() throws InterruptedException {
    released.countDown();
    assertThat(loops.end(Duration.ofSeconds(20), Duration.ofSeconds(30))).isTrue();
    assertThat(loops.size()).isZero();
    loops.await();
  }

  private String stuck() {
    try {
      released.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return "stuck";
  }

  private String steppedOut() {
    loops.stepOut();
    try {
      return stuck();
    } finally {
      loops.stepIn();
    }
  }

  private static <T> T soon(CompletableFuture<T> answer) throws Exception {
    return answer.get(20, TimeUnit.SECONDS);
  }

  @Test
  void thoseThatStepOutAreReplaced() throws Exception {
    loops.start();
    List<CompletableFuture<String>> waiting = new ArrayList<>();
    for (int i = 0; i < LIMIT - 1; i++) {
      waiting.add(session.request(this::steppedOut));
    }
    assertThat(soon(session.request(() -> "served"))).isEqualTo("served");
    assertThat(waiting).noneMatch(CompletableFuture::isDone);
    assertThat(loops.size()).isLessThanOrEqualTo(LIMIT);
    released.countDown();
    for (CompletableFuture<String> one : waiting) {
      assertThat(soon(one)).isEqualTo("stuck");
    }
  }

  @Test
  void thoseThatAreStuckAreJoined() throws Exception {
    loops.start();
    List<CompletableFuture<String>> stuck = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      stuck.add(session.request(this::stuck));
    }
    assertThat(soon(session.request(() -> "served"))).isEqualTo("served");
    assertThat(stuck).noneMatch(CompletableFuture::isDone);
  }

  @Test
  void thereAreNeverMoreThanTheLimit() throws Exception {
    loops.start();
    List<CompletableFuture<String>> all = new ArrayList<>();
    for (int i = 0; i < 3 * LIMIT; i++) {
      all.add(session.request(this::steppedOut));
    }
    Shell.await("there are as many as may be", () -> loops.size() == LIMIT);
    assertThat(all).noneMatch(CompletableFuture::isDone);
    released.countDown();
    for (CompletableFuture<String> one : all) {
      soon(one);
    }
    assertThat(loops.size()).isLessThanOrEqualTo(LIMIT);
  }

  @Test
  void thoseThatAreNotNeededRestAndEnd() throws Exception {
    loops.start();
    List<CompletableFuture<String>> all = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      all.add(session.request(this::steppedOut));
    }
    Shell.await("there is one for each", () -> loops.size() >= 20);
    released.countDown();
    for (CompletableFuture<String> one : all) {
      soon(one);
    }
    Shell.await("few are left", () -> loops.size() <= 2);
    assertThat(soon(session.request(() -> "served"))).isEqualTo("served");
  }

  @Test
  void oneThatFailsIsReplaced() throws Exception {
    loops.start();
    session.request(
        () -> {
          throw new StackOverflowError("for the test");
        });
    assertThat(soon(session.request(() -> "served"))).isEqualTo("served");
  }

  @Test
  void requestsAreServedByAnyNumberOfThreads() throws Exception {
    loops.start();
    for (int round = 0; round < 200; round++) {
      List<CompletableFuture<Integer>> answers = new ArrayList<>();
      for (int i = 0; i < 1 + round % 17; i++) {
        int number = i;
        answers.add(session.request(() -> number));
      }
      for (int i = 0; i < answers.size(); i++) {
        assertThat(soon(answers.get(i))).isEqualTo(i);
      }
    }
  }
}
