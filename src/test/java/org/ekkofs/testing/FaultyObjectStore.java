package org.ekkofs.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.ekkofs.model.StoreUnavailableException;
import org.ekkofs.store.Body;
import org.ekkofs.store.ForwardingObjectStore;
import org.ekkofs.store.ObjectInfo;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectStore;

/**
 * A store that fails as told. Every fault counts how often it fired; a test ends with {@link
 * #assertAllFired}, so that none passes because its fault never came.
 */
public final class FaultyObjectStore extends ForwardingObjectStore {
  /** What can fail. */
  public enum Operation {
    GET,
    GET_RANGE,
    PUT,
    CREATE,
    SYNC,
    DELETE,
    LIST,
    CHILDREN
  }

  /** How it fails. */
  public enum Effect {
    /** Unavailable, and nothing has happened. */
    FAIL_BEFORE,
    /** Unavailable, but it has happened. */
    FAIL_AFTER,
    /** Only the first half is read or stored, and nothing says so. */
    TRUNCATE,
    /** Waits until released, then goes on as usual. */
    STALL
  }

  /** One fault. */
  public static final class Fault {
    private final Operation operation;
    private final Effect effect;
    private final Predicate<String> matching;
    private final int first;
    private final int last;
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicInteger fired = new AtomicInteger();
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);

    private Fault(
        Operation operation, Effect effect, Predicate<String> matching, int first, int last) {
      this.operation = operation;
      this.effect = effect;
      this.matching = matching;
      this.first = first;
      this.last = last;
    }

    /** How often it has fired. */
    public int fired() {
      return fired.get();
    }

    /** Returns once a call is stalled, or has failed. */
    public void awaitReached() throws InterruptedException {
      if (!reached.await(30, TimeUnit.SECONDS)) {
        throw new AssertionError("never reached: " + this);
      }
    }

    /** Lets stalled calls go on. */
    public void release() {
      released.countDown();
    }

    private boolean fires(Operation called, String subject) {
      if (called != operation || !matching.test(subject)) {
        return false;
      }
      int call = calls.incrementAndGet();
      if (call < first || call > last) {
        return false;
      }
      fired.incrementAndGet();
      return true;
    }

    @Override
    public String toString() {
      return "%s at %s %d to %d".formatted(effect, operation, first, last);
    }
  }

  private final List<Fault> faults = new CopyOnWriteArrayList<>();

  /** Wraps a store; no fault yet. */
  public FaultyObjectStore(ObjectStore store) {
    super(store);
  }

  /** Makes the nth matching call from now on fail, counted from 1. */
  public Fault fail(Operation operation, int nth, Effect effect) {
    return fail(operation, key -> true, nth, nth, effect);
  }

  /**
   * Makes matching calls from the first to the last fail, counted from 1 and from now on.
   *
   * @param matching the key, or the prefix of a listing; an operation without any has ""; a delete
   *     has the first of its keys
   */
  public Fault fail(
      Operation operation, Predicate<String> matching, int first, int last, Effect effect) {
    Fault fault = new Fault(operation, effect, matching, first, last);
    faults.add(fault);
    return fault;
  }

  /** Fails unless every fault has fired. */
  public void assertAllFired() {
    List<Fault> idle = faults.stream().filter(fault -> fault.fired() == 0).toList();
    if (!idle.isEmpty()) {
      throw new AssertionError("never fired: " + idle);
    }
  }

  /** Takes all faults away; stalled calls go on. */
  public void heal() {
    faults.forEach(Fault::release);
    faults.clear();
  }

  @Override
  public Optional<byte[]> get(ObjectKey key, int maxBytes) {
    return call(
        Operation.GET, key.value(), () -> super.get(key, maxBytes), bytes -> bytes.map(this::half));
  }

  @Override
  public Optional<byte[]> getRange(ObjectKey key, long offset, int length) {
    return call(
        Operation.GET_RANGE,
        key.value(),
        () -> super.getRange(key, offset, length),
        bytes -> bytes.map(this::half));
  }

  @Override
  public void put(ObjectKey key, Body body) {
    call(
        Operation.PUT,
        key.value(),
        () -> {
          super.put(key, body);
          return true;
        },
        done -> {
          super.put(key, Body.of(half(bytes(body))));
          return true;
        });
  }

  @Override
  public boolean createIfAbsent(ObjectKey key, byte[] bytes) {
    return call(
        Operation.CREATE,
        key.value(),
        () -> super.createIfAbsent(key, bytes),
        done -> {
          super.put(key, Body.of(half(bytes)));
          return done;
        });
  }

  @Override
  public void sync() {
    run(Operation.SYNC, "", super::sync);
  }

  @Override
  public void delete(Collection<ObjectKey> keys) {
    String first = keys.stream().map(ObjectKey::value).findFirst().orElse("");
    run(Operation.DELETE, first, () -> super.delete(keys));
  }

  @Override
  public void list(String prefix, Consumer<ObjectInfo> consumer) {
    run(Operation.LIST, prefix, () -> super.list(prefix, consumer));
  }

  @Override
  public Iterable<String> children(String prefix) {
    return call(
        Operation.CHILDREN,
        prefix,
        () -> super.children(prefix),
        FaultyObjectStore::cannotTruncate);
  }

  private void run(Operation operation, String subject, Runnable action) {
    call(
        operation,
        subject,
        () -> {
          action.run();
          return true;
        },
        FaultyObjectStore::cannotTruncate);
  }

  private interface Truncation<T> {
    T truncate(T result);
  }

  private static <T> T cannotTruncate(T result) {
    throw new IllegalArgumentException("there is nothing to truncate");
  }

  private <T> T call(
      Operation operation, String subject, Supplier<T> action, Truncation<T> truncation) {
    for (Fault fault : faults) {
      if (fault.fires(operation, subject)) {
        return fire(fault, subject, action, truncation);
      }
    }
    return action.get();
  }

  private <T> T fire(Fault fault, String subject, Supplier<T> action, Truncation<T> truncation) {
    if (fault.effect == Effect.STALL) {
      fault.reached.countDown();
      awaitRelease(fault);
      return action.get();
    }
    T result = fault.effect == Effect.FAIL_BEFORE ? null : action.get();
    fault.reached.countDown();
    if (fault.effect == Effect.TRUNCATE) {
      return truncation.truncate(result);
    }
    throw new StoreUnavailableException(
        "injected: %s %s %s".formatted(fault.effect, fault.operation, subject));
  }

  private static void awaitRelease(Fault fault) {
    try {
      if (!fault.released.await(60, TimeUnit.SECONDS)) {
        throw new AssertionError("never released: " + fault);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreUnavailableException("interrupted while stalled", e);
    }
  }

  private byte[] half(byte[] bytes) {
    return Arrays.copyOf(bytes, bytes.length / 2);
  }

  private static byte[] bytes(Body body) {
    try (InputStream in = body.open()) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
