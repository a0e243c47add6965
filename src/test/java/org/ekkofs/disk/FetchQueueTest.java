package org.ekkofs.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.StoreUnavailableException;
import org.ekkofs.testing.Await;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FetchQueueTest {
  private static final int PARALLEL = 4;

  private final AtomicLong now = new AtomicLong();
  private final FetchQueue queue = new FetchQueue(PARALLEL, Duration.ofSeconds(60), now::get);
  private final CountDownLatch release = new CountDownLatch(1);
  private final AtomicInteger stuck = new AtomicInteger();

  @AfterEach
  void close() {
    release.countDown();
    queue.close();
  }

  private void pass(int seconds) {
    now.addAndGet(Duration.ofSeconds(seconds).toNanos());
    queue.tick();
  }

  private FetchQueue.Job<String> hang(Object lane, boolean wanted) {
    return queue.submit(
        lane,
        1,
        wanted,
        () -> {
          stuck.incrementAndGet();
          try {
            release.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
          } finally {
            stuck.decrementAndGet();
          }
          return "late";
        });
  }

  private void hang(Object lane, int count) {
    for (int n = 0; n < count; n++) {
      hang(lane, true);
    }
  }

  @Test
  void noMoreRunsAtOnceThanItMay() {
    hang("a", 10);
    Await.until("they run", () -> stuck.get() == PARALLEL);
    FetchQueue.Job<String> other = queue.submit("b", 1, true, () -> "done");
    assertThat(other.result()).isNotDone();
    release.countDown();
    assertThat(other.result().join()).isEqualTo("done");
  }

  @Test
  void heavyWorkCountsForMore() {
    FetchQueue.Job<String> heavy = queue.submit("a", 100, true, () -> awaitRelease("heavy"));
    Await.until("it runs", () -> stuck.get() == 1);
    FetchQueue.Job<String> light = queue.submit("b", 1, true, () -> "light");
    assertThat(light.result()).isNotDone();
    release.countDown();
    assertThat(heavy.result().join()).isEqualTo("heavy");
    assertThat(light.result().join()).isEqualTo("light");
  }

  private String awaitRelease(String result) {
    stuck.incrementAndGet();
    try {
      release.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
    return result;
  }

  @Test
  void aLaneThatHangsHoldsUpNoOtherForLong() {
    hang("a", 200);
    Await.until("they run", () -> stuck.get() == PARALLEL);
    pass(2);
    List<FetchQueue.Job<String>> others = new ArrayList<>();
    for (int n = 0; n < 20; n++) {
      others.add(queue.submit("b", 1, true, () -> "done"));
    }
    for (FetchQueue.Job<String> other : others) {
      assertThat(other.result().join()).isEqualTo("done");
    }
    assertThat(stuck).hasValue(PARALLEL);
  }

  @Test
  void whoWaitsIsToldWhenTheTimeIsUpAndTheThreadIsInterrupted() {
    FetchQueue.Job<String> runs = hang("a", true);
    hang("a", 10);
    FetchQueue.Job<String> waits = hang("a", false);
    Await.until("they run", () -> stuck.get() == PARALLEL);
    pass(61);
    for (FetchQueue.Job<String> job : List.of(runs, waits)) {
      assertThatThrownBy(() -> job.result().join())
          .isInstanceOf(CompletionException.class)
          .hasCauseInstanceOf(StoreUnavailableException.class)
          .hasMessageContaining("60 s");
    }
    Await.until("they are interrupted", () -> stuck.get() == 0);
    assertThat(queue.submit("a", 1, true, () -> "done").result().join()).isEqualTo("done");
  }

  @Test
  void whatSomebodyWaitsForGoesFirst() {
    hang("a", PARALLEL);
    Await.until("they run", () -> stuck.get() == PARALLEL);
    List<String> order = Collections.synchronizedList(new ArrayList<>());
    List<FetchQueue.Job<Boolean>> jobs = new ArrayList<>();
    for (String name : List.of("ahead 1", "ahead 2", "hurried", "wanted")) {
      jobs.add(queue.submit("a", PARALLEL, name.equals("wanted"), () -> order.add(name)));
    }
    jobs.get(2).hurry();
    release.countDown();
    jobs.forEach(job -> job.result().join());
    assertThat(order).containsExactly("wanted", "hurried", "ahead 1", "ahead 2");
  }

  @Test
  void lanesTakeTurnsHoweverMuchOneOfThemWants() {
    queue.submit("a", PARALLEL, true, () -> awaitRelease("first"));
    Await.until("it runs", () -> stuck.get() == 1);
    List<String> order = Collections.synchronizedList(new ArrayList<>());
    List<FetchQueue.Job<Boolean>> jobs = new ArrayList<>();
    for (String lane : List.of("a", "a", "a", "b", "b", "c")) {
      jobs.add(queue.submit(lane, PARALLEL, true, () -> order.add(lane)));
    }
    release.countDown();
    jobs.forEach(job -> job.result().join());
    assertThat(order).containsExactly("a", "b", "c", "a", "b", "a");
  }

  @Test
  void whoComesToWaitForWorkAheadWaitsNoLessThanOthers() {
    hang("a", PARALLEL);
    Await.until("they run", () -> stuck.get() == PARALLEL);
    FetchQueue.Job<String> ahead = queue.submit("a", 1, false, () -> "ahead");
    pass(50);
    ahead.hurry();
    pass(50);
    assertThat(ahead.result()).isNotCompletedExceptionally();
    assertThat(ahead.result().join()).isEqualTo("ahead");
  }

  @Test
  void thoseWhoWaitAreLookedAfterAlsoOnceThatHasFailed() {
    AtomicBoolean fails = new AtomicBoolean();
    LongSupplier clock =
        () -> {
          if (fails.compareAndSet(true, false)) {
            throw new IllegalStateException("injected");
          }
          return now.get();
        };
    try (FetchQueue other = new FetchQueue(PARALLEL, Duration.ofSeconds(60), clock)) {
      FetchQueue.Job<String> job = other.submit("a", 1, true, () -> awaitRelease("late"));
      Await.until("it runs", () -> stuck.get() == 1);
      fails.set(true);
      Await.until("the timer has failed", () -> !fails.get());
      now.addAndGet(Duration.ofSeconds(61).toNanos());
      Await.until("it is told", () -> job.result().isCompletedExceptionally());
    }
  }

  @Test
  void whatNobodyWaitsForCanBeForgotten() {
    hang("a", PARALLEL);
    FetchQueue.Job<String> ahead = queue.submit("a", 1, false, () -> "ahead");
    FetchQueue.Job<String> hurried = queue.submit("a", 1, false, () -> "hurried");
    FetchQueue.Job<String> other = queue.submit("b", 1, false, () -> "other");
    hurried.hurry();
    queue.forgetAhead("a");
    assertThatThrownBy(() -> ahead.result().join()).isInstanceOf(CancellationException.class);
    release.countDown();
    assertThat(hurried.result().join()).isEqualTo("hurried");
    assertThat(other.result().join()).isEqualTo("other");
  }

  @Test
  void whoWaitsWhenItIsClosedIsTold() {
    hang("a", 10);
    FetchQueue.Job<String> waits = hang("a", true);
    queue.close();
    assertThatThrownBy(() -> waits.result().join()).hasCauseInstanceOf(FailedException.class);
    assertThatThrownBy(() -> queue.submit("a", 1, true, () -> "x").result().join())
        .hasCauseInstanceOf(FailedException.class);
  }

  @Test
  void workThatFailsFailsForWhoWaits() {
    FetchQueue.Job<String> job =
        queue.submit(
            "a",
            1,
            true,
            () -> {
              throw new StoreUnavailableException("gone");
            });
    assertThatThrownBy(() -> job.result().join()).hasMessageContaining("gone");
  }
}
