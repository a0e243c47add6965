package org.ekkofs.fuse;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.ekkofs.vfs.Errno;
import org.ekkofs.vfs.ErrnoException;

/** What is open, by the number that the kernel hands back. Safe for use by many threads. */
final class Handles<T> {
  private final Map<Long, T> open = new ConcurrentHashMap<>();
  private final AtomicLong last = new AtomicLong();

  /** Keeps it under a new number, never 0. */
  long add(T value) {
    long number = last.incrementAndGet();
    open.put(number, value);
    return number;
  }

  /**
   * What was kept under the number.
   *
   * @throws ErrnoException ESTALE if nothing is
   */
  T get(long number) {
    T value = open.get(number);
    if (value == null) {
      throw new ErrnoException(Errno.ESTALE);
    }
    return value;
  }

  /**
   * Forgets and gives what was kept under the number.
   *
   * @throws ErrnoException ESTALE if nothing is
   */
  T remove(long number) {
    T value = open.remove(number);
    if (value == null) {
      throw new ErrnoException(Errno.ESTALE);
    }
    return value;
  }

  /** Forgets and gives everything. */
  List<T> drain() {
    return open.keySet().stream().map(open::remove).filter(Objects::nonNull).toList();
  }
}
