package org.ekkofs.backup;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A file that processes lock to tell each other what they do; the lock goes with the process. */
final class LockFile implements AutoCloseable {
  /**
   * What this process has locked: it must not open such a file once more, since closing that would
   * end the lock.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path file;
  private final FileChannel channel;

  private LockFile(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /** Locks it for the caller alone; empty if anybody else has locked it. */
  static Optional<LockFile> exclusive(Path file) throws IOException {
    return lock(file.toAbsolutePath(), false);
  }

  /**
   * Locks it together with other processes that do the same; empty if another has it alone, or this
   * one has locked it already.
   */
  static Optional<LockFile> shared(Path file) throws IOException {
    return lock(file.toAbsolutePath(), true);
  }

  private static Optional<LockFile> lock(Path file, boolean shared) throws IOException {
    if (!HELD.add(file)) {
      return Optional.empty();
    }
    Optional<LockFile> lock = Optional.empty();
    try {
      lock = tryLock(file, shared);
      return lock;
    } finally {
      if (lock.isEmpty()) {
        HELD.remove(file);
      }
    }
  }

  private static Optional<LockFile> tryLock(Path file, boolean shared) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    boolean locked = false;
    try {
      locked = channel.tryLock(0, Long.MAX_VALUE, shared) != null;
    } finally {
      if (!locked) {
        channel.close();
      }
    }
    return locked ? Optional.of(new LockFile(file, channel)) : Optional.empty();
  }

  /** What is done while a file is locked. */
  @FunctionalInterface
  interface Work<T> {
    T run() throws IOException, InterruptedException;
  }

  /** Does something, and unlocks the file. */
  <T> T during(Work<T> work) throws IOException, InterruptedException {
    try {
      return work.run();
    } finally {
      close();
    }
  }

  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } finally {
      HELD.remove(file);
    }
  }
}
