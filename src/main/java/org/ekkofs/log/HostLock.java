package org.ekkofs.log;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLockInterruptionException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.Causes;
import org.ekkofs.model.RefusedException;

/**
 * A lock among all processes of this host, whichever user runs them and wherever they keep their
 * caches: a file in the first of a few folders that every user may write to. It goes with its
 * process. Safe for use by many threads, which it excludes from each other as well.
 */
public final class HostLock {
  private static final List<Path> PLACES =
      List.of(Path.of("/run/lock"), Path.of("/dev/shm"), Path.of("/tmp"));

  private static final Set<PosixFilePermission> FOR_ALL =
      PosixFilePermissions.fromString("rw-rw-rw-");

  /** File locks are of processes and not of threads. */
  private static final Map<Path, ReentrantLock> THREADS = new ConcurrentHashMap<>();

  private final Path file;

  private HostLock(Path file) {
    this.file = file;
  }

  /**
   * The lock of a repository.
   *
   * @throws RefusedException if there is no folder that every user may write to
   */
  public static HostLock of(UUID repository) {
    Path folder =
        PLACES.stream()
            .filter(HostLock::isForAll)
            .findFirst()
            .orElseThrow(
                () ->
                    new RefusedException(
                        "none of the folders %s is one that all users may write to, as it takes to keep the processes of this host apart"
                            .formatted(PLACES)));
    return at(folder.resolve("ekkofs-" + repository + ".lock"));
  }

  static HostLock at(Path file) {
    return new HostLock(file.toAbsolutePath());
  }

  private static boolean isForAll(Path folder) {
    try {
      return Files.getPosixFilePermissions(folder).contains(PosixFilePermission.OTHERS_WRITE);
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Does something while nobody else on this host does.
   *
   * @throws CancelledException if interrupted while waiting
   */
  public <T> T during(Supplier<T> work) {
    ReentrantLock threads = THREADS.computeIfAbsent(file, path -> new ReentrantLock());
    try {
      threads.lockInterruptibly();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException("interrupted while waiting for " + file, e);
    }
    // Closing the channel ends the lock.
    try (FileChannel channel = open()) {
      channel.lock();
      return work.get();
    } catch (ClosedByInterruptException | FileLockInterruptionException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException("interrupted while waiting for " + file, e);
    } catch (IOException e) {
      throw new RefusedException("cannot lock %s: %s".formatted(file, Causes.of(e)), e);
    } finally {
      threads.unlock();
    }
  }

  /**
   * Never asks to create a file that is there: in folders like /tmp the kernel refuses that for
   * files of other users, even to root.
   */
  private FileChannel open() throws IOException {
    while (true) {
      try {
        return FileChannel.open(
            file, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
      } catch (NoSuchFileException absent) {
        create();
      }
    }
  }

  /** With its final name only once everybody may open it. */
  private void create() throws IOException {
    Path made = Files.createTempFile(file.getParent(), "ekkofs-", ".lock");
    try {
      Files.setPosixFilePermissions(made, FOR_ALL);
      Files.createLink(file, made);
    } catch (FileAlreadyExistsException other) {
      // Then it can be opened.
    } finally {
      Files.delete(made);
    }
  }
}
