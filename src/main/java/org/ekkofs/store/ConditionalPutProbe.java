package org.ekkofs.store;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.RefusedException;

/**
 * Finds out whether a store's create-if-absent lets exactly one of many writers win, whatever it
 * claims. A commit log is safe on no other store.
 */
public final class ConditionalPutProbe {
  private static final int WRITERS = 16;
  private static final int ROUNDS = 20;
  private static final int MAX_BYTES = 1024;

  private final ObjectStore store;
  private final String run = UUID.randomUUID().toString();
  private final CyclicBarrier barrier = new CyclicBarrier(WRITERS);

  private ConditionalPutProbe(ObjectStore store) {
    this.store = store;
  }

  /**
   * Races writers for objects below {@code probe/}, which are removed again.
   *
   * @throws RefusedException if ever none or several of them won, or another one's object is there
   */
  public static void prove(ObjectStore store) {
    ConditionalPutProbe probe = new ConditionalPutProbe(store);
    List<ObjectKey> keys =
        IntStream.range(0, ROUNDS)
            .mapToObj(round -> ObjectKey.of("probe", probe.run, Integer.toString(round)))
            .toList();
    ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
    try {
      keys.forEach(key -> probe.race(key, writers));
    } finally {
      writers.shutdownNow();
      store.delete(keys);
    }
  }

  private void race(ObjectKey key, ExecutorService writers) {
    List<Callable<Boolean>> entrants = new ArrayList<>();
    for (int writer = 0; writer < WRITERS; writer++) {
      byte[] content = content(key, writer);
      entrants.add(() -> create(key, content));
    }
    List<Integer> winners = new ArrayList<>();
    try {
      List<Future<Boolean>> results = writers.invokeAll(entrants);
      for (int writer = 0; writer < WRITERS; writer++) {
        if (results.get(writer).get()) {
          winners.add(writer);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException("interrupted while trying " + store.description(), e);
    } catch (ExecutionException e) {
      throw store.createsOnlyIfAbsent() ? failure(e) : unsafe("it cannot promise that to any");
    }
    judge(key, winners);
  }

  private static RuntimeException failure(ExecutionException e) {
    if (e.getCause() instanceof EkkofsException failure) {
      return failure;
    }
    return new IllegalStateException("a writer failed", e);
  }

  private boolean create(ObjectKey key, byte[] content)
      throws InterruptedException, BrokenBarrierException {
    barrier.await();
    return store.createIfAbsent(key, content);
  }

  private void judge(ObjectKey key, List<Integer> winners) {
    if (winners.size() != 1) {
      throw unsafe("%d of %d writers were told so".formatted(winners.size(), WRITERS));
    }
    Optional<byte[]> found = store.get(key, MAX_BYTES);
    byte[] expected = content(key, winners.get(0));
    if (found.isEmpty() || !Arrays.equals(found.get(), expected)) {
      throw unsafe("what lies there is not what the winner wrote");
    }
  }

  private RefusedException unsafe(String finding) {
    return new RefusedException(
        "%s cannot hold the log of several writers: creating an object must succeed for one only, but %s; keep the log in a database (--log postgresql://HOST/DATABASE), or let this host alone write (--single-writer)"
            .formatted(store.description(), finding));
  }

  private static byte[] content(ObjectKey key, int writer) {
    return (key + " by writer " + writer).getBytes(StandardCharsets.UTF_8);
  }
}
