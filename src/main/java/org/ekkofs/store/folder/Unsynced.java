package org.ekkofs.store.folder;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.ekkofs.model.FailedException;
import org.jspecify.annotations.Nullable;

/**
 * What has been written and may not be durable yet. Thread-safe.
 *
 * <p>A failed fsync is final: the kernel forgets what it could not write, and the next fsync would
 * report success. So from then on every sync fails.
 *
 * <pre>
 * field           guarded by
 * files, folders  this
 * failure         syncing, which is held while files are forced, so that whoever comes second
 *                 waits for what the first has taken over
 * </pre>
 */
final class Unsynced {
  private static final int LIMIT = 512;

  private final RootFolder root;
  private final ReentrantLock syncing = new ReentrantLock();
  private Set<Path> files = new LinkedHashSet<>();
  private Set<Path> folders = new LinkedHashSet<>();
  private @Nullable IOException failure;

  Unsynced(RootFolder root) {
    this.root = root;
  }

  /** Notes a new file; syncs once there are many. */
  void addFile(Path file) {
    boolean full;
    synchronized (this) {
      files.add(file);
      addFolders(file);
      full = files.size() >= LIMIT;
    }
    if (full) {
      sync();
    }
  }

  /** Notes that an entry of a folder has come or gone, and perhaps the folder itself. */
  synchronized void addFolders(Path file) {
    folders.addAll(root.foldersAbove(file));
  }

  /** Makes everything durable that was noted before the call. */
  void sync() {
    syncing.lock();
    try {
      failIfFailed();
      Batch batch = take();
      boolean done = false;
      try {
        batch.files.forEach(this::force);
        batch.folders.forEach(this::force);
        done = true;
      } finally {
        if (!done) {
          giveBack(batch);
        }
      }
    } finally {
      syncing.unlock();
    }
  }

  /** Makes the entries of a file's folder durable, and those of the folders above it. */
  void syncFolders(Path file) {
    syncing.lock();
    try {
      failIfFailed();
      root.foldersAbove(file).forEach(this::force);
    } finally {
      syncing.unlock();
    }
  }

  private record Batch(List<Path> files, List<Path> folders) {}

  private synchronized Batch take() {
    Batch batch = new Batch(List.copyOf(files), List.copyOf(folders));
    files = new LinkedHashSet<>();
    folders = new LinkedHashSet<>();
    return batch;
  }

  private synchronized void giveBack(Batch batch) {
    files.addAll(batch.files);
    folders.addAll(batch.folders);
  }

  private void force(Path path) {
    try (FileChannel channel =
        FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      force(channel);
    } catch (NoSuchFileException e) {
      // Deleted meanwhile, and what is gone need not be kept; unless everything is gone.
      root.check();
    } catch (IOException e) {
      failIfFailed();
      throw root.writing(path, e);
    }
  }

  private void force(FileChannel channel) throws IOException {
    try {
      channel.force(true);
    } catch (ClosedByInterruptException e) {
      throw e;
    } catch (IOException e) {
      failure = e;
      throw e;
    }
  }

  private void failIfFailed() {
    if (failure != null) {
      throw new FailedException(
          "what was written to %s may be lost: %s".formatted(root.path(), failure.getMessage()),
          failure);
    }
  }
}
