package org.ekkofs.fuse;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.ekkofs.vfs.Errno;
import org.ekkofs.vfs.ErrnoException;
import org.jspecify.annotations.Nullable;

/**
 * What is open, by the number that the kernel hands back. The lower half of a number is a place in
 * a table, so that looking it up takes no lock and makes no garbage; the upper half counts, so that
 * no number is given twice. Safe for use by many threads.
 */
final class Handles<T> {
  private static final int SMALLEST = 16;

  private record Entry<T>(long number, T value) {}

  /** Replaced by a larger one, under this object's lock, when it is full; entries as well. */
  private volatile AtomicReferenceArray<@Nullable Entry<T>> table =
      new AtomicReferenceArray<>(SMALLEST);

  /** Places that are free again; guarded by this. */
  private final List<Integer> free = new ArrayList<>();

  /** How many places were ever used; guarded by this. */
  private int used;

  /** How many numbers were given; guarded by this. */
  private long given;

  /** Keeps it under a new number, never 0. */
  synchronized long add(T value) {
    int place = free.isEmpty() ? used++ : free.remove(free.size() - 1);
    if (place == table.length()) {
      grow();
    }
    given++;
    long number = given << Integer.SIZE | place;
    table.set(place, new Entry<>(number, value));
    return number;
  }

  private synchronized void grow() {
    AtomicReferenceArray<@Nullable Entry<T>> larger =
        new AtomicReferenceArray<>(2 * table.length());
    for (int place = 0; place < table.length(); place++) {
      larger.set(place, table.get(place));
    }
    table = larger;
  }

  /**
   * What was kept under the number.
   *
   * @throws ErrnoException ESTALE if nothing is
   */
  T get(long number) {
    AtomicReferenceArray<@Nullable Entry<T>> all = table;
    int place = (int) number;
    Entry<T> entry = place >= 0 && place < all.length() ? all.get(place) : null;
    if (entry == null || entry.number != number) {
      throw new ErrnoException(Errno.ESTALE);
    }
    return entry.value;
  }

  /**
   * Forgets and gives what was kept under the number.
   *
   * @throws ErrnoException ESTALE if nothing is
   */
  synchronized T remove(long number) {
    T value = get(number);
    table.set((int) number, null);
    free.add((int) number);
    return value;
  }

  /** Forgets and gives everything. */
  synchronized List<T> drain() {
    List<T> values = new ArrayList<>();
    for (int place = 0; place < table.length(); place++) {
      Entry<T> entry = table.get(place);
      if (entry != null) {
        values.add(remove(entry.number));
      }
    }
    return values;
  }
}
