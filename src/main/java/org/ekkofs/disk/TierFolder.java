package org.ekkofs.disk;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder of cached segments that one process has to itself. Below a common folder each process
 * takes the first of the numbered ones that nobody else has; the lock ends with the process. What
 * ended processes have left in higher numbers is removed by whoever takes a lower one.
 */
final class TierFolder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TierFolder.class);

  /** Cached segments are disks' contents: for the owner only. */
  static final FileAttribute<Set<PosixFilePermission>> PRIVATE_FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private static final FileAttribute<Set<PosixFilePermission>> PRIVATE_FOLDER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private static final int MOST = 100;
  private static final String LOCK = "lock";

  /** Those of this process: to open and close the lock's file again would give up the lock. */
  private static final Set<Path> OWN = ConcurrentHashMap.newKeySet();

  private final Path folder;
  private final FileChannel lock;

  private TierFolder(Path folder, FileChannel lock) {
    this.folder = folder;
    this.lock = lock;
  }

  /**
   * Takes a folder.
   *
   * @throws IOException if none can be made
   */
  static TierFolder take(Path common) throws IOException {
    Files.createDirectories(common, PRIVATE_FOLDER);
    for (int number = 1; number <= MOST; number++) {
      Path folder = common.resolve(Integer.toString(number));
      Files.createDirectories(folder, PRIVATE_FOLDER);
      Optional<FileChannel> lock = lock(folder);
      if (lock.isPresent()) {
        OWN.add(folder);
        clearHigher(common, number);
        return new TierFolder(folder, lock.get());
      }
    }
    throw new IOException("%d processes have a cache in %s".formatted(MOST, common));
  }

  /** Whether a process has the folder now; asks without writing anything. */
  static boolean isTaken(Path folder) throws IOException {
    if (OWN.contains(folder)) {
      return true;
    }
    try (FileChannel channel = FileChannel.open(folder.resolve(LOCK), StandardOpenOption.READ)) {
      return channel.tryLock(0, Long.MAX_VALUE, true) == null;
    }
  }

  private static Optional<FileChannel> lock(Path folder) throws IOException {
    if (OWN.contains(folder)) {
      return Optional.empty();
    }
    FileChannel channel =
        FileChannel.open(
            folder.resolve(LOCK),
            Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE),
            PRIVATE_FILE);
    try {
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return Optional.of(channel);
      }
    } catch (OverlappingFileLockException ofThisProcess) {
      channel.close();
      return Optional.empty();
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    channel.close();
    return Optional.empty();
  }

  private static void clearHigher(Path common, int number) throws IOException {
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(common, "[0-9]*")) {
      for (Path folder : folders) {
        String name = folder.getFileName().toString();
        if (name.matches("[0-9]{1,3}") && Integer.parseInt(name) > number) {
          tryToClear(folder);
        }
      }
    }
  }

  /** What cannot be cleared is not ours: it costs room, and not the cache. */
  private static void tryToClear(Path folder) {
    try {
      clear(folder);
    } catch (IOException | UncheckedIOException e) {
      LOG.debug("cannot clear {}: {}", folder, e.toString());
    }
  }

  /** Empties a folder unless somebody uses it; the lock's file stays, as others may wait for it. */
  private static void clear(Path folder) throws IOException {
    Optional<FileChannel> lock = lock(folder);
    if (lock.isEmpty()) {
      return;
    }
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        if (!file.getFileName().toString().equals(LOCK)) {
          Files.deleteIfExists(file);
        }
      }
    } finally {
      lock.get().close();
    }
  }

  Path folder() {
    return folder;
  }

  @Override
  public void close() {
    OWN.remove(folder);
    try {
      lock.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
