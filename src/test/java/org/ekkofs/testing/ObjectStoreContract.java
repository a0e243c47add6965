package org.ekkofs.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.ChunkId;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.Digest;
import org.ekkofs.model.RefusedException;
import org.ekkofs.model.SegmentIndex;
import org.ekkofs.model.TreeName;
import org.ekkofs.store.Body;
import org.ekkofs.store.ConditionalPutProbe;
import org.ekkofs.store.ObjectInfo;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectStore;
import org.ekkofs.store.TreeKeys;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every object store promises. */
public abstract class ObjectStoreContract {
  private static final int MAX = 64 << 20;

  @TempDir protected Path scratch;
  private ObjectStore store;

  /** A store without objects; closed after the test. */
  protected abstract ObjectStore newStore() throws Exception;

  /** Whether of those that race to create an object one wins, as of a store that can hold a log. */
  protected boolean keepsWritersApart() {
    return true;
  }

  @BeforeEach
  final void openStore() throws Exception {
    store = newStore();
  }

  @AfterEach
  final void closeStore() {
    store.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 511, 4096, 262_143, 262_144, 262_145, 1 << 20, 5_000_003})
  void whatWasPutIsRead(int length) {
    byte[] bytes = random(length);
    store.put(key("a/b"), Body.of(bytes));
    assertThat(store.get(key("a/b"), length)).hasValue(bytes);
    store.sync();
    assertThat(store.get(key("a/b"), MAX)).hasValue(bytes);
  }

  @Test
  void aFileIsStored() throws IOException {
    byte[] bytes = random(700_001);
    Path file = Files.write(scratch.resolve("body"), bytes);
    store.put(key("file"), Body.of(file));
    assertThat(store.get(key("file"), MAX)).hasValue(bytes);
  }

  @Test
  void whatIsAbsentIsEmpty() {
    store.put(key("a/b"), Body.of(random(10)));
    assertThat(store.get(key("c"), MAX)).isEmpty();
    assertThat(store.get(key("a/c"), MAX)).isEmpty();
    assertThat(store.get(key("x/y/z"), MAX)).isEmpty();
    assertThat(store.getRange(key("x/y/z"), 0, 1)).isEmpty();
  }

  @Test
  void anObjectLargerThanExpectedIsCorrupt() {
    store.put(key("a"), Body.of(random(11)));
    assertThatThrownBy(() -> store.get(key("a"), 10)).isInstanceOf(CorruptException.class);
  }

  @Test
  void rangesEndWhereTheObjectEnds() {
    byte[] bytes = random(600_000);
    store.put(key("a"), Body.of(bytes));
    assertThat(store.getRange(key("a"), 0, 600_000)).hasValue(bytes);
    assertThat(store.getRange(key("a"), 0, 0)).hasValue(new byte[0]);
    assertThat(store.getRange(key("a"), 5, 3)).hasValue(Arrays.copyOfRange(bytes, 5, 8));
    assertThat(store.getRange(key("a"), 100, 400_000))
        .hasValue(Arrays.copyOfRange(bytes, 100, 400_100));
    assertThat(store.getRange(key("a"), 599_999, 10))
        .hasValue(Arrays.copyOfRange(bytes, 599_999, 600_000));
    assertThat(store.getRange(key("a"), 600_000, 10)).hasValue(new byte[0]);
    assertThat(store.getRange(key("a"), Long.MAX_VALUE, Integer.MAX_VALUE)).hasValue(new byte[0]);
  }

  @Test
  void whatSomebodyElseHasPutIsAdoptedOrIsNotThere() {
    byte[] bytes = random(1000);
    store.put(key("a/b"), Body.of(bytes));
    store.sync();
    store.adopt(key("a/b"));
    store.adopt(key("a/c"));
    store.adopt(key("x/y"));
    store.sync();
    assertThat(store.get(key("a/b"), MAX)).hasValue(bytes);
    assertThat(store.get(key("a/c"), MAX)).isEmpty();
  }

  @Test
  void impossibleRangesAreTheCallersFault() {
    assertThatThrownBy(() -> store.getRange(key("a"), -1, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store.getRange(key("a"), 0, -1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aSecondPutReplaces() {
    store.put(key("a"), Body.of(random(1000)));
    byte[] second = random(10);
    store.put(key("a"), Body.of(second));
    assertThat(store.get(key("a"), MAX)).hasValue(second);
  }

  @Test
  void aPutThatFailsLeavesNothing() {
    Body broken =
        new Body() {
          @Override
          public long length() {
            return 1_000_000;
          }

          @Override
          public InputStream open() {
            return new InputStream() {
              private int left = 900_000;

              @Override
              public int read() throws IOException {
                if (left <= 0) {
                  throw new IOException("the source broke");
                }
                left--;
                return 1;
              }
            };
          }
        };
    assertThatThrownBy(() -> store.put(key("a/b"), broken)).isInstanceOf(RuntimeException.class);
    assertThat(store.get(key("a/b"), MAX)).isEmpty();
    assertThat(listed("")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {9, 11})
  void aBodyOfAnotherLengthThanItSaysIsNotStored(int actual) {
    Body lying =
        new Body() {
          @Override
          public long length() {
            return 10;
          }

          @Override
          public InputStream open() {
            return new ByteArrayInputStream(new byte[actual]);
          }
        };
    assertThatThrownBy(() -> store.put(key("a"), lying)).isInstanceOf(RuntimeException.class);
    assertThat(store.get(key("a"), MAX)).isEmpty();
  }

  @Test
  void onlyTheFirstCreateSucceeds() {
    byte[] first = random(1000);
    assertThat(store.createIfAbsent(key("log/1"), first)).isTrue();
    assertThat(store.createIfAbsent(key("log/1"), random(20))).isFalse();
    assertThat(store.createIfAbsent(key("log/1"), first)).isFalse();
    assertThat(store.get(key("log/1"), MAX)).hasValue(first);
    assertThat(store.createIfAbsent(key("log/2"), new byte[0])).isTrue();
  }

  @Test
  void whatWasPutIsNotCreated() {
    byte[] first = random(10);
    store.put(key("a"), Body.of(first));
    assertThat(store.createIfAbsent(key("a"), random(20))).isFalse();
    assertThat(store.get(key("a"), MAX)).hasValue(first);
  }

  @Test
  void racesForAKeyHaveOneWinner() throws Exception {
    if (!keepsWritersApart()) {
      assertThat(store.createsOnlyIfAbsent()).isFalse();
      return;
    }
    int writers = 16;
    CyclicBarrier barrier = new CyclicBarrier(writers);
    ExecutorService threads = Executors.newFixedThreadPool(writers);
    try {
      for (int round = 0; round < 50; round++) {
        ObjectKey key = key("race/" + round % 7 + "/" + round);
        List<Callable<Boolean>> racers = new ArrayList<>();
        for (int writer = 0; writer < writers; writer++) {
          byte[] content = text("writer " + writer);
          racers.add(
              () -> {
                barrier.await();
                return store.createIfAbsent(key, content);
              });
        }
        List<Integer> winners = new ArrayList<>();
        List<Future<Boolean>> results = threads.invokeAll(racers);
        for (int writer = 0; writer < writers; writer++) {
          if (results.get(writer).get()) {
            winners.add(writer);
          }
        }
        assertThat(winners).hasSize(1);
        assertThat(store.get(key, MAX)).hasValue(text("writer " + winners.get(0)));
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void theProbeFindsOutAndNothingStays() {
    if (keepsWritersApart()) {
      ConditionalPutProbe.prove(store);
    } else {
      assertThatThrownBy(() -> ConditionalPutProbe.prove(store))
          .isInstanceOf(RefusedException.class);
    }
    assertThat(store.createsOnlyIfAbsent()).isEqualTo(keepsWritersApart());
    assertThat(listed("")).isEmpty();
  }

  @Test
  void deletingIsIdempotent() {
    store.put(key("a/b/c"), Body.of(random(10)));
    store.put(key("a/b/d"), Body.of(random(10)));
    store.delete(List.of(key("a/b/c"), key("a/b/x"), key("y/z")));
    store.delete(List.of(key("a/b/c")));
    store.delete(List.of());
    store.sync();
    assertThat(store.get(key("a/b/c"), MAX)).isEmpty();
    assertThat(listed("")).containsExactly("a/b/d");
  }

  @Test
  void aDeletedKeyCanBeUsedAgain() {
    byte[] second = random(20);
    store.put(key("a/b"), Body.of(random(10)));
    store.delete(List.of(key("a/b")));
    assertThat(store.createIfAbsent(key("a/b"), second)).isTrue();
    assertThat(store.get(key("a/b"), MAX)).hasValue(second);
  }

  @Test
  void listingsShowWhatBeginsWithThePrefix() {
    for (String name : List.of("top", "a/1", "a/b/2", "a/b/c/3", "ab/4", "b/5")) {
      store.put(key(name), Body.of(text(name)));
    }
    assertThat(listed(""))
        .containsExactlyInAnyOrder("top", "a/1", "a/b/2", "a/b/c/3", "ab/4", "b/5");
    assertThat(listed("a/")).containsExactlyInAnyOrder("a/1", "a/b/2", "a/b/c/3");
    assertThat(listed("a/b/")).containsExactlyInAnyOrder("a/b/2", "a/b/c/3");
    assertThat(listed("none/")).isEmpty();
    assertThat(listed("a/none/")).isEmpty();
  }

  @Test
  void listingsShowLengthAndTime() {
    store.put(key("a/b"), Body.of(random(12_345)));
    List<ObjectInfo> found = new ArrayList<>();
    store.list("a/", found::add);
    assertThat(found)
        .singleElement()
        .satisfies(
            info -> {
              assertThat(info.length()).isEqualTo(12_345);
              assertThat(Duration.between(info.modified(), Instant.now()).abs())
                  .isLessThan(Duration.ofHours(1));
            });
  }

  @Test
  void childrenAreTheNamesThatOthersFollow() {
    for (String name : List.of("top", "a/1", "a/b/2", "a/b/c/3", "a/d/4", "ab/5")) {
      store.put(key(name), Body.of(text(name)));
    }
    assertThat(store.children("")).containsExactlyInAnyOrder("a", "ab");
    assertThat(store.children("a/")).containsExactlyInAnyOrder("b", "d");
    assertThat(store.children("a/b/")).containsExactlyInAnyOrder("c");
    assertThat(store.children("a/d/")).isEmpty();
    assertThat(store.children("none/")).isEmpty();
  }

  @Test
  void theLongestKeysAndPrefixesOfATreeAreLikeAnyOther() {
    TreeKeys keys = new TreeKeys(new TreeName("t".repeat(128)));
    TreeKeys neighbour = new TreeKeys(new TreeName("t".repeat(127) + "u"));
    BackupId owner = new BackupId(new UUID(1, 2));
    ObjectKey first = keys.chunk(new ChunkId(owner, new SegmentIndex(0)));
    ObjectKey last = keys.chunk(new ChunkId(owner, new SegmentIndex(0xFFFF_FFFFL)));
    ObjectKey plan = keys.plan(Digest.of(random(32)));
    ObjectKey other = neighbour.chunk(new ChunkId(owner, new SegmentIndex(0)));
    List<ObjectKey> all = List.of(first, last, plan, other);
    all.forEach(key -> store.put(key, Body.of(text(key.value()))));
    store.sync();
    all.forEach(key -> assertThat(store.get(key, MAX)).hasValue(text(key.value())));
    assertThat(listed(keys.chunksOf(owner))).containsExactlyInAnyOrder(first.value(), last.value());
    assertThat(store.children(keys.chunks())).containsExactly(owner.toString());
    assertThat(store.children("trees/"))
        .containsExactlyInAnyOrder("t".repeat(128), "t".repeat(127) + "u");
    assertThat(store.createIfAbsent(plan, random(3))).isFalse();
    store.delete(List.of(first, last, plan));
    assertThat(listed("")).containsExactly(other.value());
  }

  @Test
  void aPrefixMustEndInASlash() {
    assertThatThrownBy(() -> store.list("a", info -> {}))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store.children("a")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void manyThreadsPutReadListAndDelete() throws Exception {
    int threads = 8;
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    List<Callable<Void>> work = new ArrayList<>();
    for (int n = 0; n < threads; n++) {
      int thread = n;
      work.add(
          () -> {
            churn(thread);
            return null;
          });
    }
    try {
      for (Future<Void> result : pool.invokeAll(work)) {
        result.get();
      }
    } finally {
      pool.shutdownNow();
    }
    store.sync();
    assertThat(listed("")).hasSize(threads * 20);
  }

  /** Every key is deleted and put again under the hands of others in the same folder. */
  private void churn(int thread) throws IOException {
    Random random = new Random(thread);
    for (int n = 0; n < 100; n++) {
      ObjectKey kept = key("shared/%d/%d".formatted(n % 5, thread * 1000 + n));
      byte[] bytes = new byte[random.nextInt(20_000)];
      random.nextBytes(bytes);
      store.put(kept, Body.of(bytes));
      assertThat(store.get(kept, MAX)).hasValue(bytes);
      if (n % 5 != 0) {
        store.delete(List.of(kept));
        assertThat(store.get(kept, MAX)).isEmpty();
      }
      if (n % 25 == 0) {
        store.list("shared/", info -> assertThat(info.key().value()).startsWith("shared/"));
        assertThat(store.children("shared/")).isSubsetOf("0", "1", "2", "3", "4");
        store.sync();
      }
    }
  }

  /** Whatever a reader sees while objects are replaced is one of them, whole. */
  @Test
  void readersNeverSeeAMixture() throws Exception {
    byte[] ones = new byte[300_000];
    byte[] twos = new byte[400_000];
    Arrays.fill(ones, (byte) 1);
    Arrays.fill(twos, (byte) 2);
    store.put(key("a"), Body.of(ones));
    ExecutorService pool = Executors.newSingleThreadExecutor();
    try {
      Future<?> writer =
          pool.submit(
              () -> {
                for (int n = 0; n < 100; n++) {
                  store.put(key("a"), Body.of(n % 2 == 0 ? twos : ones));
                }
              });
      do {
        assertThat(store.get(key("a"), MAX).orElseThrow()).isIn(ones, twos);
      } while (!writer.isDone());
      writer.get();
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void itSaysWhatItIs() {
    assertThat(store.description()).isNotBlank().doesNotContain("\n");
  }

  private List<String> listed(String prefix) {
    List<String> keys = new ArrayList<>();
    store.list(prefix, info -> keys.add(info.key().value()));
    return keys;
  }

  private static ObjectKey key(String value) {
    return new ObjectKey(value);
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }
}
