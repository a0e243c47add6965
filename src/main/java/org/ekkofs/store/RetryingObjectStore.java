package org.ekkofs.store;

import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.StoreUnavailableException;

/**
 * Tries again, with growing random pauses until a deadline, what failed because the store was
 * unavailable and can be repeated without harm. So {@link #createIfAbsent} is tried once: whether
 * the failed try has stored the object only its caller can find out. A listing is tried again as
 * long as it has not shown anything.
 */
public final class RetryingObjectStore extends ForwardingObjectStore {
  private final RetryPolicy policy;
  private final Timing timing;
  private final Supplier<RandomGenerator> random;

  /** Wraps a store, with this machine's time and chance. */
  public RetryingObjectStore(ObjectStore store, RetryPolicy policy) {
    this(store, policy, Timing.SYSTEM, ThreadLocalRandom::current);
  }

  /**
   * Wraps a store.
   *
   * @param random gives a generator that the calling thread may use
   */
  public RetryingObjectStore(
      ObjectStore store, RetryPolicy policy, Timing timing, Supplier<RandomGenerator> random) {
    super(store);
    this.policy = policy;
    this.timing = timing;
    this.random = random;
  }

  @Override
  public Optional<byte[]> get(ObjectKey key, int maxBytes) {
    return retry(() -> store().get(key, maxBytes));
  }

  @Override
  public Optional<byte[]> getRange(ObjectKey key, long offset, int length) {
    return retry(() -> store().getRange(key, offset, length));
  }

  @Override
  public void put(ObjectKey key, Body body) {
    retry(() -> store().put(key, body));
  }

  @Override
  public void sync() {
    retry(store()::sync);
  }

  @Override
  public void delete(Collection<ObjectKey> keys) {
    retry(() -> store().delete(keys));
  }

  @Override
  public void list(String prefix, Consumer<ObjectInfo> consumer) {
    AtomicBoolean shown = new AtomicBoolean();
    Consumer<ObjectInfo> watched =
        info -> {
          shown.set(true);
          consumer.accept(info);
        };
    retry(
        () -> {
          store().list(prefix, watched);
          return true;
        },
        () -> !shown.get());
  }

  @Override
  public Iterable<String> children(String prefix) {
    return retry(() -> store().children(prefix));
  }

  private void retry(Runnable operation) {
    retry(
        () -> {
          operation.run();
          return true;
        });
  }

  private <T> T retry(Supplier<T> operation) {
    return retry(operation, () -> true);
  }

  private <T> T retry(Supplier<T> operation, Supplier<Boolean> repeatable) {
    long begin = timing.nanoTime();
    for (int failures = 1; ; failures++) {
      try {
        return operation.get();
      } catch (StoreUnavailableException e) {
        Duration pause = pauseAfter(failures);
        long late = timing.nanoTime() - begin + pause.toNanos();
        if (late > policy.deadline().toNanos() || !repeatable.get()) {
          throw e;
        }
        pause(pause);
      }
    }
  }

  private Duration pauseAfter(int failures) {
    long longest = policy.pauseAfter(failures).toNanos();
    return Duration.ofNanos(random.get().nextLong(longest / 2, longest + 1));
  }

  private void pause(Duration duration) {
    try {
      timing.pause(duration);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException("interrupted while waiting for " + description(), e);
    }
  }
}
