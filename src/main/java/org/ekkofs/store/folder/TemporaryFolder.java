package org.ekkofs.store.folder;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where one store's files lie until they are whole: {@code .tmp/<random>/}. It is made by the first
 * write, which also removes what dead processes have left. Thread-safe.
 *
 * <p>A lock on the file {@code lock} in it says that its process lives. Two things make that hold.
 * A process loses its lock on a file when it closes any channel to it, so folders of this process
 * are known by name and never tried. And a folder that is just being made has no lock yet: whoever
 * makes it checks, once it has the lock, that the file is still the one in the folder, and whoever
 * removes it does so under the lock, and the file last.
 */
final class TemporaryFolder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TemporaryFolder.class);
  private static final String LOCK = "lock";
  private static final int ATTEMPTS = 100;
  private static final Set<String> OF_THIS_PROCESS = ConcurrentHashMap.newKeySet();

  private final RootFolder root;
  private final AtomicLong counter = new AtomicLong();
  // Guarded by this.
  private @Nullable Path folder;
  private @Nullable FileChannel lock;
  private boolean closed;

  TemporaryFolder(RootFolder root) {
    this.root = root;
  }

  /** A path for a new file. */
  Path newFile() {
    return folder().resolve(Long.toString(counter.getAndIncrement()));
  }

  private synchronized Path folder() {
    if (closed) {
      throw new IllegalStateException(root.path() + " has been closed");
    }
    if (folder == null) {
      Path all = root.path().resolve(RootFolder.TEMPORARY);
      try {
        root.makeFolder(all);
        folder = make(all);
        removeLeftovers(all);
      } catch (IOException e) {
        throw root.writing(all, e);
      }
    }
    return folder;
  }

  private Path make(Path all) throws IOException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      String name = UUID.randomUUID().toString();
      Path made = all.resolve(name);
      OF_THIS_PROCESS.add(name);
      try {
        lock = tryMake(made);
      } finally {
        if (lock == null) {
          OF_THIS_PROCESS.remove(name);
        }
      }
      if (lock != null) {
        return made;
      }
    }
    throw new IOException("others keep removing new folders in " + all);
  }

  /** Makes the folder and locks it; null if somebody has taken it for a leftover. */
  private static @Nullable FileChannel tryMake(Path made) throws IOException {
    Files.createDirectory(made);
    Path file = made.resolve(LOCK);
    FileChannel channel;
    try {
      channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    } catch (NoSuchFileException e) {
      return null;
    }
    boolean kept = false;
    try {
      // The lock lives as long as its channel; nothing else needs it.
      kept = channel.tryLock() != null && Files.exists(file);
      return kept ? channel : null;
    } finally {
      if (!kept) {
        channel.close();
      }
    }
  }

  private static void removeLeftovers(Path all) throws IOException {
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(all)) {
      for (Path leftover : folders) {
        if (Files.isDirectory(leftover, LinkOption.NOFOLLOW_LINKS)
            && !OF_THIS_PROCESS.contains(leftover.getFileName().toString())) {
          removeIfDead(leftover);
        }
      }
    }
  }

  private static void removeIfDead(Path leftover) {
    Path file = leftover.resolve(LOCK);
    try (FileChannel channel =
            FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        FileLock held = channel.tryLock()) {
      if (held != null) {
        remove(leftover);
      }
    } catch (OverlappingFileLockException e) {
      LOG.debug("{} is in use in this process", leftover);
    } catch (NoSuchFileException e) {
      removeIfEmpty(leftover);
    } catch (IOException e) {
      LOG.warn("cannot tell whether {} is still in use, so it stays", leftover, e);
    }
  }

  private static void removeIfEmpty(Path leftover) {
    try {
      Files.deleteIfExists(leftover);
    } catch (DirectoryNotEmptyException e) {
      // Being made at this moment, or not of our making.
      LOG.debug("{} stays", leftover);
    } catch (IOException e) {
      LOG.warn("cannot remove {}", leftover, e);
    }
  }

  private static void remove(Path made) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(made)) {
      for (Path file : files) {
        if (!file.endsWith(LOCK)) {
          Files.deleteIfExists(file);
        }
      }
    }
    Files.deleteIfExists(made.resolve(LOCK));
    Files.deleteIfExists(made);
  }

  /** Removes the folder and all in it. */
  @Override
  public synchronized void close() {
    closed = true;
    Path made = folder;
    FileChannel channel = lock;
    if (made == null || channel == null) {
      return;
    }
    folder = null;
    try (channel) {
      remove(made);
    } catch (IOException e) {
      LOG.warn("temporary files may be left behind in {}", made, e);
    } finally {
      OF_THIS_PROCESS.remove(made.getFileName().toString());
    }
  }
}
