package org.ekkofs.store.folder;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.ekkofs.model.Causes;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.StoreUnavailableException;
import org.ekkofs.store.Body;
import org.ekkofs.store.ObjectInfo;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectStore;

/**
 * Objects as files in a folder, a key being the relative path. Several processes may use one folder
 * at a time. What is in {@code .tmp} is not yet whole; a folder that is only read is not written
 * to.
 *
 * <p>A file is written under a temporary name and then renamed, or linked where it must not exist
 * yet. A folder that has become empty is removed, which may happen under the hands of a writer that
 * has just made it; so writers make it again and try again.
 */
public final class FolderObjectStore implements ObjectStore {
  private static final int STEP_BYTES = 256 << 10;
  private static final int ATTEMPTS = 1000;

  private final RootFolder root;
  private final TemporaryFolder temporary;
  private final Unsynced unsynced;

  private FolderObjectStore(RootFolder root) {
    this.root = root;
    this.temporary = new TemporaryFolder(root);
    this.unsynced = new Unsynced(root);
  }

  /**
   * Opens a folder that exists.
   *
   * @throws org.ekkofs.model.NotFoundException if there is none
   */
  public static FolderObjectStore open(Path root) {
    return new FolderObjectStore(RootFolder.open(root));
  }

  /**
   * Opens a folder, making it and those above it first if need be. A folder made is readable for
   * its owner only.
   *
   * @throws StoreUnavailableException if it cannot be made
   */
  public static FolderObjectStore create(Path root) {
    Path folder = root.toAbsolutePath().normalize();
    try {
      make(folder, PosixFilePermissions.fromString("rwx------"));
    } catch (IOException e) {
      throw new StoreUnavailableException(
          "cannot make the folder " + folder + ": " + Causes.of(e), e);
    }
    return open(folder);
  }

  private static void make(Path folder, Set<PosixFilePermission> permissions) throws IOException {
    Path above = folder.getParent();
    if (above == null || Files.exists(folder)) {
      return;
    }
    make(above, PosixFilePermissions.fromString("rwxr-xr-x"));
    try {
      Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(permissions));
    } catch (FileAlreadyExistsException e) {
      // Somebody else has made it, or it is no folder, which open finds out.
      return;
    }
    try (FileChannel channel = FileChannel.open(above, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  @Override
  public Optional<byte[]> get(ObjectKey key, int maxBytes) {
    return read(
        key,
        channel -> {
          long size = channel.size();
          if (size > maxBytes) {
            throw new CorruptException(
                "%s has %d bytes; at most %d make sense".formatted(key, size, maxBytes));
          }
          byte[] bytes = new byte[(int) size];
          if (fill(channel, 0, bytes) != size) {
            throw new CorruptException(key + " was cut short while it was read");
          }
          return bytes;
        });
  }

  @Override
  public Optional<byte[]> getRange(ObjectKey key, long offset, int length) {
    if (offset < 0 || length < 0) {
      throw new IllegalArgumentException("%d bytes at %d".formatted(length, offset));
    }
    return read(
        key,
        channel -> {
          long left = Math.max(0, channel.size() - offset);
          byte[] bytes = new byte[(int) Math.min(left, length)];
          int count = fill(channel, offset, bytes);
          return count == bytes.length ? bytes : Arrays.copyOf(bytes, count);
        });
  }

  private interface Reading {
    byte[] from(FileChannel channel) throws IOException;
  }

  private Optional<byte[]> read(ObjectKey key, Reading reading) {
    Path file = root.resolve(key);
    // Opening something else than a regular file could wait for ever.
    if (root.regularFile(file).isEmpty()) {
      return Optional.empty();
    }
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.of(reading.from(channel));
    } catch (NoSuchFileException e) {
      root.check();
      return Optional.empty();
    } catch (IOException e) {
      throw root.readingObject(file, e);
    }
  }

  /** Reads in steps: the JDK keeps a native buffer per thread as large as the largest read. */
  private static int fill(FileChannel channel, long offset, byte[] target) throws IOException {
    int done = 0;
    while (done < target.length) {
      ByteBuffer step = ByteBuffer.wrap(target, done, Math.min(STEP_BYTES, target.length - done));
      int count = channel.read(step, offset + done);
      if (count < 0) {
        return done;
      }
      done += count;
    }
    return done;
  }

  @Override
  public void put(ObjectKey key, Body body) {
    Path target = root.resolve(key);
    Path file = temporary.newFile();
    boolean moved = false;
    try {
      BodyWriter.write(body, file, false);
      place(target, () -> Files.move(file, target, StandardCopyOption.ATOMIC_MOVE));
      moved = true;
    } catch (IOException e) {
      throw root.writingObject(target, e);
    } finally {
      if (!moved) {
        discard(file);
      }
    }
    unsynced.addFile(target);
  }

  @Override
  public boolean createIfAbsent(ObjectKey key, byte[] bytes) {
    Path target = root.resolve(key);
    Path file = temporary.newFile();
    try {
      BodyWriter.write(Body.of(bytes), file, true);
      boolean created = link(target, file);
      // What cannot be made durable now must be by the next sync, as the object is there.
      unsynced.addFolders(target);
      // Also if another was first: whoever is told so may act on it.
      unsynced.syncFolders(target);
      return created;
    } catch (IOException e) {
      throw root.writingObject(target, e);
    } finally {
      discard(file);
    }
  }

  private boolean link(Path target, Path file) throws IOException {
    try {
      place(target, () -> Files.createLink(target, file));
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    }
  }

  private interface Placing {
    void run() throws IOException;
  }

  private void place(Path target, Placing placing) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        placing.run();
        return;
      } catch (NoSuchFileException e) {
        root.check();
        if (attempt == ATTEMPTS) {
          throw e;
        }
        root.makeFolder(RootFolder.above(target));
      }
    }
  }

  /** Removes a temporary file, now or, where that fails, when the store is closed. */
  private static void discard(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // A second failure would hide the first, which says more.
    }
  }

  @Override
  public void adopt(ObjectKey key) {
    unsynced.addFile(root.resolve(key));
  }

  @Override
  public void sync() {
    unsynced.sync();
  }

  @Override
  public void delete(Collection<ObjectKey> keys) {
    Set<Path> folders = new LinkedHashSet<>();
    for (ObjectKey key : keys) {
      Path file = root.resolve(key);
      if (root.regularFile(file).isPresent()) {
        try {
          Files.deleteIfExists(file);
        } catch (IOException e) {
          throw root.deletingObject(file, e);
        }
        unsynced.addFolders(file);
        folders.add(RootFolder.above(file));
      }
    }
    folders.forEach(this::removeEmptyFolders);
  }

  private void removeEmptyFolders(Path lowest) {
    for (Path folder = lowest; !folder.equals(root.path()); folder = RootFolder.above(folder)) {
      try (DirectoryStream<Path> above = Files.newDirectoryStream(RootFolder.above(folder))) {
        if (!(above instanceof SecureDirectoryStream<Path> entries)) {
          return;
        }
        // Unlike Files.delete this never removes a file that has come in its place.
        entries.deleteDirectory(folder.getFileName());
      } catch (IOException e) {
        // Not empty, or somebody else was faster.
        return;
      }
    }
  }

  @Override
  public void list(String prefix, Consumer<ObjectInfo> consumer) {
    Path folder = root.resolvePrefix(prefix);
    root.check();
    try {
      Files.walkFileTree(folder, new FolderListing(root, consumer));
    } catch (IOException e) {
      throw root.reading(folder, e);
    }
    root.check();
  }

  @Override
  public Iterable<String> children(String prefix) {
    Path folder = root.resolvePrefix(prefix);
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS) && root.key(entry).isPresent()) {
          names.add(entry.getFileName().toString());
        }
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      // Nothing there, if the root is there to say so.
    } catch (DirectoryIteratorException e) {
      throw root.reading(folder, new IOException(e.getMessage(), e));
    } catch (IOException e) {
      throw root.reading(folder, e);
    }
    root.check();
    return names;
  }

  @Override
  public String description() {
    return root.path().toString();
  }

  @Override
  public void close() {
    temporary.close();
  }
}
