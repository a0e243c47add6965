package org.ekkofs.backup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Who reads which local copy: counted within this process, and told to others by a lock on a file
 * beside the copy. It is a courtesy: a copy that is removed all the same can be read to the end by
 * those who have it open. Safe for use by many threads.
 */
final class CopyUses {
  private static final class Use {
    private final Optional<LockFile> lock;
    private int count;

    Use(Optional<LockFile> lock) {
      this.lock = lock;
    }
  }

  /** By lock file; guarded by this object's lock, held while a file is locked. */
  private final Map<Path, Use> uses = new HashMap<>();

  /** Counts one who reads; whoever calls this calls {@link #end} once for it. */
  synchronized void begin(Path file) {
    uses.computeIfAbsent(file, CopyUses::lock).count++;
  }

  private static Use lock(Path file) {
    try {
      return new Use(LockFile.shared(file));
    } catch (IOException unlockable) {
      return new Use(Optional.empty());
    }
  }

  /** Counts that one no longer reads. */
  synchronized void end(Path file) {
    Use use = uses.get(file);
    if (use != null && --use.count == 0) {
      uses.remove(file);
      use.lock.ifPresent(CopyUses::release);
    }
  }

  private static void release(LockFile lock) {
    try {
      lock.close();
    } catch (IOException goesWithTheProcess) {
      return;
    }
  }

  /** Runs something unless anybody reads; says whether it was run. Removes the lock file. */
  synchronized boolean unlessUsed(Path file, Removal removal)
      throws IOException, InterruptedException {
    if (uses.containsKey(file)) {
      return false;
    }
    Optional<LockFile> alone = LockFile.exclusive(file);
    if (alone.isEmpty()) {
      return false;
    }
    return alone
        .get()
        .during(
            () -> {
              removal.run();
              return Files.deleteIfExists(file);
            });
  }

  /** What may fail on the disk. */
  @FunctionalInterface
  interface Removal {
    void run() throws IOException;
  }
}
