package org.ekkofs.vfs;

import java.util.HashMap;
import java.util.Map;

/**
 * The disks that sweeps have shut to new readers, and how many of them have: two may look at the
 * same disk at once, and one that lets it go must not open it behind the other's back. What was
 * swept stays here, some bytes for each. Guarded by the lock of the {@link DiskPool}.
 */
final class ShutDisks {
  /** Before the first call. */
  static final long NEVER = -1;

  private final Map<DiskPool.Key, Integer> times = new HashMap<>();
  private long calls;

  /** Disks are about to be shut. */
  void called() {
    calls++;
  }

  /** The number of the last {@link #called}. */
  long lastCall() {
    return calls;
  }

  boolean contains(DiskPool.Key disk) {
    return times.containsKey(disk);
  }

  void add(DiskPool.Key disk) {
    times.merge(disk, 1, Integer::sum);
  }

  /** Takes one {@link #add} back, if there is one. */
  void remove(DiskPool.Key disk) {
    times.computeIfPresent(disk, (key, count) -> count == 1 ? null : count - 1);
  }
}
