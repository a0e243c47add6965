package org.ekkofs.testing;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.ekkofs.store.ForwardingObjectStore;
import org.ekkofs.store.ObjectInfo;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectStore;

/**
 * Stands for a store far away: every read and every listing takes so much longer, however many run
 * at once.
 */
public final class SlowObjectStore extends ForwardingObjectStore {
  private final Duration delay;

  /** Wraps a store. */
  public SlowObjectStore(ObjectStore store, Duration delay) {
    super(store);
    this.delay = delay;
  }

  @Override
  public Optional<byte[]> get(ObjectKey key, int maxBytes) {
    travel();
    return super.get(key, maxBytes);
  }

  @Override
  public Optional<byte[]> getRange(ObjectKey key, long offset, int length) {
    travel();
    return super.getRange(key, offset, length);
  }

  @Override
  public void list(String prefix, Consumer<ObjectInfo> consumer) {
    travel();
    super.list(prefix, consumer);
  }

  @Override
  public Iterable<String> children(String prefix) {
    travel();
    return super.children(prefix);
  }

  private void travel() {
    pass(delay);
  }

  /** Lets the time pass, whoever interrupts. */
  static void pass(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    passUntil(() -> end - System.nanoTime());
  }

  /** Waits for as long as there are nanoseconds left; an interrupt is pending afterwards. */
  static void passUntil(LongSupplier left) {
    boolean interrupted = false;
    for (long nanos = left.getAsLong(); nanos > 0; nanos = left.getAsLong()) {
      LockSupport.parkNanos(nanos);
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
