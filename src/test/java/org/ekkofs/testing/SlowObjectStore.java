package org.ekkofs.testing;

import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.ekkofs.store.Body;
import org.ekkofs.store.ForwardingObjectStore;
import org.ekkofs.store.ObjectInfo;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectStore;

/**
 * Stands for a store far away: every operation takes so much longer, however many run at once, and
 * all that is sent goes through one line of so many bytes a second, as all that is fetched does.
 */
public final class SlowObjectStore extends ForwardingObjectStore {
  private final Duration delay;
  private final Line up;
  private final Line down;
  private final int parallelism;

  /** Wraps a store behind a line that carries any amount. */
  public SlowObjectStore(ObjectStore store, Duration delay) {
    this(store, delay, Long.MAX_VALUE, store.parallelism());
  }

  /** Wraps a store. */
  public SlowObjectStore(ObjectStore store, Duration delay, long bytesPerSecond, int parallelism) {
    super(store);
    this.parallelism = parallelism;
    this.delay = delay;
    this.up = new Line(bytesPerSecond);
    this.down = new Line(bytesPerSecond);
  }

  /** One way of the line; this object's lock guards when it is free. */
  private static final class Line {
    private final double bytesPerNano;
    private long free = System.nanoTime();

    Line(long bytesPerSecond) {
      this.bytesPerNano = bytesPerSecond / 1e9;
    }

    void carry(long bytes) {
      long end = book(bytes);
      passUntil(() -> end - System.nanoTime());
    }

    private synchronized long book(long bytes) {
      free = Math.max(free, System.nanoTime()) + (long) (bytes / bytesPerNano);
      return free;
    }
  }

  @Override
  public Optional<byte[]> get(ObjectKey key, int maxBytes) {
    travel();
    return arrived(super.get(key, maxBytes));
  }

  @Override
  public Optional<byte[]> getRange(ObjectKey key, long offset, int length) {
    travel();
    return arrived(super.getRange(key, offset, length));
  }

  private Optional<byte[]> arrived(Optional<byte[]> found) {
    found.ifPresent(bytes -> down.carry(bytes.length));
    return found;
  }

  @Override
  public void put(ObjectKey key, Body body) {
    travel();
    up.carry(body.length());
    super.put(key, body);
  }

  @Override
  public boolean createIfAbsent(ObjectKey key, byte[] bytes) {
    travel();
    return super.createIfAbsent(key, bytes);
  }

  @Override
  public void delete(Collection<ObjectKey> keys) {
    travel();
    super.delete(keys);
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

  @Override
  public int parallelism() {
    return parallelism;
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
