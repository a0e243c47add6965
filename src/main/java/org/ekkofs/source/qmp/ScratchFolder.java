package org.ekkofs.source.qmp;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.ekkofs.model.Causes;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.NotFoundException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder in which QEMU makes files for one backup, and which a lock shows to be in use for as
 * long as the process lives. QEMU may run as any user, so anybody may write there; but nobody can
 * list it, its files have names that nobody can guess, and each can be removed or replaced only by
 * whose it is, and by us.
 */
final class ScratchFolder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ScratchFolder.class);
  private static final String PREFIX = "ekkofs-live-";
  private static final String LOCK = "lock";
  private static final String OVERLAYS = ".qcow2";
  private static final String SOCKETS = ".sock";
  private static final int SECRET_BYTES = 12;

  /**
   * Sticky, so that nobody replaces what is another's: the kernel shows to all where sockets are.
   */
  private static final int FOR_ALL = 01733;

  /** What the kernel takes as the path of a socket. */
  private static final int MAX_SOCKET_PATH = 107;

  /** As opening and closing a file that this process has locked would end the lock. */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private static final SecureRandom RANDOM = new SecureRandom();

  private final Path folder;
  private final FileChannel lock;
  private boolean kept;

  private ScratchFolder(Path folder, FileChannel lock) {
    this.folder = folder;
    this.lock = lock;
  }

  /**
   * Makes one, and removes those of processes that died.
   *
   * @throws NotFoundException if there is no such folder to make it in
   */
  static ScratchFolder create(Path parent) {
    try {
      Path real = parent.toRealPath();
      removeDead(real);
      Path folder = Files.createTempDirectory(real, PREFIX);
      HELD.add(folder);
      FileChannel lock =
          FileChannel.open(
              folder.resolve(LOCK),
              Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      lock.lock();
      Files.setAttribute(folder, "unix:mode", FOR_ALL);
      return new ScratchFolder(folder, lock);
    } catch (NoSuchFileException e) {
      throw new NotFoundException("the scratch folder " + parent + " does not exist", e);
    } catch (IOException e) {
      throw new FailedException(
          "the scratch folder %s cannot be used: %s".formatted(parent, Causes.of(e)), e);
    }
  }

  private static void removeDead(Path parent) throws IOException {
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(parent, PREFIX + "*")) {
      for (Path folder : folders) {
        if (isDead(folder) && !isServed(folder)) {
          deleteOrSay(folder);
        }
      }
    }
  }

  /** The folder that a file lies in, if it is one of these. */
  static Optional<Path> of(String file) {
    return Optional.of(file)
        .filter(name -> name.startsWith("/") && name.indexOf('\0') < 0)
        .map(name -> Path.of(name).getParent())
        .filter(folder -> folder.getFileName() != null)
        .filter(folder -> folder.getFileName().toString().startsWith(PREFIX));
  }

  /** Whether it was made by this user, and the process that did has died. */
  private static boolean isDead(Path folder) throws IOException {
    return isOwn(folder) && !isInUse(folder);
  }

  private static boolean isOwn(Path folder) throws IOException {
    try {
      return Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
          && Files.isRegularFile(folder.resolve(LOCK), LinkOption.NOFOLLOW_LINKS)
          && Files.getOwner(folder).equals(Files.getOwner(Path.of("/proc/self")));
    } catch (NoSuchFileException removedMeanwhile) {
      return false;
    }
  }

  /**
   * Whether the process that made the folder lives.
   *
   * @throws FailedException if that cannot be told
   */
  static boolean isInUse(Path folder) {
    if (HELD.contains(folder)) {
      return true;
    }
    try (FileChannel channel = FileChannel.open(folder.resolve(LOCK), StandardOpenOption.WRITE)) {
      return channel.tryLock() == null;
    } catch (NoSuchFileException gone) {
      return false;
    } catch (OverlappingFileLockException own) {
      return true;
    } catch (IOException e) {
      throw new FailedException(
          "it cannot be told whether %s is in use: %s".formatted(folder, Causes.of(e)), e);
    }
  }

  /** Whether QEMU serves something at a socket there. */
  static boolean isServed(Path folder) {
    try (DirectoryStream<Path> sockets = Files.newDirectoryStream(folder, "*" + SOCKETS)) {
      for (Path socket : sockets) {
        if (answers(socket)) {
          return true;
        }
      }
      return false;
    } catch (IOException gone) {
      return false;
    }
  }

  private static boolean answers(Path socket) {
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      return channel.isConnected();
    } catch (IOException nobody) {
      return false;
    }
  }

  /** Removes what a process has left that died. */
  static void removeLeft(Path folder) {
    try {
      if (isDead(folder)) {
        deleteOrSay(folder);
      }
    } catch (IOException e) {
      throw new FailedException("%s cannot be removed: %s".formatted(folder, Causes.of(e)), e);
    }
  }

  /** What cannot be deleted is in nobody's way: anybody may have put something into it. */
  private static void deleteOrSay(Path folder) {
    try {
      delete(folder);
    } catch (IOException e) {
      LOG.warn("the scratch folder {} cannot be removed: {}", folder, Causes.of(e));
    }
  }

  private static void delete(Path folder) throws IOException {
    for (String kind : List.of(OVERLAYS, SOCKETS)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + kind)) {
        for (Path file : files) {
          Files.deleteIfExists(file);
        }
      }
    }
    Files.deleteIfExists(folder.resolve(LOCK));
    Files.deleteIfExists(folder);
  }

  /** The folder. */
  Path path() {
    return folder;
  }

  /** A new name for an overlay. */
  Path overlay() {
    return folder.resolve(secret() + OVERLAYS);
  }

  /**
   * A new name for a socket.
   *
   * @throws InvalidException if it is longer than names of sockets can be
   */
  Path socket() {
    Path socket = folder.resolve(secret() + SOCKETS);
    if (socket.toString().getBytes(StandardCharsets.UTF_8).length > MAX_SOCKET_PATH) {
      throw new InvalidException(
          "the path of the scratch folder %s is too long for a socket in it"
              .formatted(folder.getParent()));
    }
    return socket;
  }

  /** Something short that nobody can guess. */
  static String secret() {
    byte[] bytes = new byte[SECRET_BYTES];
    RANDOM.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /** How many bytes can still be written there. */
  long usableBytes() {
    try {
      return Files.getFileStore(folder).getUsableSpace();
    } catch (IOException e) {
      throw new FailedException("%s cannot be examined: %s".formatted(folder, Causes.of(e)), e);
    }
  }

  /** Has it stay, for a later process to remove, as QEMU still uses it. */
  void keep() {
    kept = true;
  }

  @Override
  public void close() {
    try {
      if (!kept) {
        deleteOrSay(folder);
      }
    } finally {
      unlock();
    }
  }

  private void unlock() {
    try {
      lock.close();
    } catch (IOException e) {
      throw new FailedException("%s cannot be unlocked: %s".formatted(folder, Causes.of(e)), e);
    } finally {
      HELD.remove(folder);
    }
  }
}
