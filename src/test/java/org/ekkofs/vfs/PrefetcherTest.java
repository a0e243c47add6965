package org.ekkofs.vfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.ekkofs.model.FailedException;
import org.ekkofs.testing.Await;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PrefetcherTest {
  private final Prefetcher prefetcher = new Prefetcher(100 << 20, 16);

  @AfterEach
  void close() {
    prefetcher.close();
  }

  /** An open file of which so many segments are wanted; they arrive when the test says. */
  private static final class Wanting implements Prefetcher.Reader {
    final AtomicInteger left;
    final List<CompletableFuture<Object>> begun = Collections.synchronizedList(new ArrayList<>());

    Wanting(int segments) {
      left = new AtomicInteger(segments);
    }

    @Override
    public Optional<CompletableFuture<?>> fetchNext() {
      if (left.getAndUpdate(count -> Math.max(0, count - 1)) == 0) {
        return Optional.empty();
      }
      CompletableFuture<Object> fetch = new CompletableFuture<>();
      begun.add(fetch);
      return Optional.of(fetch);
    }
  }

  @Test
  void behindAStoreThatHangsSoManyAreFetchedAndNoMore() throws Exception {
    Wanting hanging = new Wanting(100);
    Wanting other = new Wanting(100);
    CompletableFuture<Object> bothAsked = new CompletableFuture<>();
    prefetcher
        .line(() -> bothAsked.thenApply(asked -> Optional.<CompletableFuture<?>>empty()).join())
        .go();
    prefetcher.line(hanging).go();
    prefetcher.line(other).go();
    bothAsked.complete("");
    Await.until("all begun", () -> hanging.begun.size() + other.begun.size() == 16);
    assertThat(other.begun).as("they take turns").hasSizeGreaterThan(1);

    hanging.begun.get(0).complete("");
    Await.until("one more", () -> hanging.begun.size() + other.begun.size() == 17);
  }

  @Test
  void whatFailsMakesRoomAsWell() throws Exception {
    Wanting wanting = new Wanting(40);
    prefetcher.line(wanting).go();
    for (int n = 0; n < 40; n++) {
      int wanted = n;
      Await.until("begun", () -> wanting.begun.size() > wanted);
      wanting.begun.get(n).completeExceptionally(new FailedException("no"));
    }
    assertThat(wanting.begun).hasSize(40);
  }

  @Test
  void anOpenFileThatAsksAgainIsAskedAgain() throws Exception {
    Wanting wanting = new Wanting(1);
    Prefetcher.Line line = prefetcher.line(wanting);
    line.go();
    Await.until("the first", () -> wanting.begun.size() == 1);
    wanting.left.set(2);
    line.go();
    Await.until("the others", () -> wanting.begun.size() == 3);
  }

  @Test
  void afterClosingNothingIsFetched() throws Exception {
    Wanting wanting = new Wanting(100);
    Prefetcher.Line line = prefetcher.line(wanting);
    line.go();
    Await.until("begun", () -> wanting.begun.size() == 16);
    prefetcher.close();
    line.go();
    wanting.begun.get(0).complete("");
    assertThat(wanting.begun).hasSize(16);
  }

  @Test
  void whatMayLieAheadIsAPartOfTheMemory() {
    assertThat(prefetcher.aheadBytes()).isEqualTo(25 << 20);
    try (Prefetcher large = new Prefetcher(Long.MAX_VALUE, 16)) {
      assertThat(large.aheadBytes()).isEqualTo(64 << 20);
    }
  }
}
