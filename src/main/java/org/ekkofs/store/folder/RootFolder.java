package org.ekkofs.store.folder;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.Causes;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.NotFoundException;
import org.ekkofs.model.RefusedException;
import org.ekkofs.model.StoreUnavailableException;
import org.ekkofs.store.ObjectKey;
import org.jspecify.annotations.Nullable;

/**
 * The folder that keys are relative to, and what failures in it mean. It remembers which folder it
 * was when opened: a folder that has gone, or another one in its place because something was
 * unmounted, does not make its objects absent but the store unavailable. Immutable.
 */
final class RootFolder {
  /** What is in here are no objects. */
  static final String TEMPORARY = ".tmp";

  private static final int MAX_NAME = 255;

  private final Path path;
  private final @Nullable Object identity;

  private RootFolder(Path path, @Nullable Object identity) {
    this.path = path;
    this.identity = identity;
  }

  static RootFolder open(Path root) {
    try {
      Path real = root.toRealPath();
      BasicFileAttributes attributes = Files.readAttributes(real, BasicFileAttributes.class);
      if (!attributes.isDirectory()) {
        throw new InvalidException(root + " is not a folder");
      }
      return new RootFolder(real, attributes.fileKey());
    } catch (NoSuchFileException e) {
      throw new NotFoundException("there is no folder " + root, e);
    } catch (IOException e) {
      throw new StoreUnavailableException("cannot open the folder " + root + reason(e), e);
    }
  }

  Path path() {
    return path;
  }

  /** Where the object of a key lies. */
  Path resolve(ObjectKey key) {
    for (String part : key.parts()) {
      if (part.length() > MAX_NAME) {
        throw new InvalidException("a part of an object key has " + part.length() + " characters");
      }
    }
    if (key.parts().get(0).equals(TEMPORARY)) {
      throw new InvalidException("no object can have the key \"" + key + "\"");
    }
    return path.resolve(key.value());
  }

  /** The folder that a prefix names. */
  Path resolvePrefix(String prefix) {
    if (prefix.isEmpty()) {
      return path;
    }
    if (!prefix.endsWith("/")) {
      throw new IllegalArgumentException("a prefix that does not end in a slash: " + prefix);
    }
    return resolve(new ObjectKey(prefix.substring(0, prefix.length() - 1)));
  }

  /** The key of what lies at a path; empty if that can be no object's. */
  Optional<ObjectKey> key(Path file) {
    Path relative = path.relativize(file);
    if (relative.startsWith(TEMPORARY)) {
      return Optional.empty();
    }
    try {
      return Optional.of(new ObjectKey(relative.toString()));
    } catch (InvalidException e) {
      return Optional.empty();
    }
  }

  /**
   * Checks that this is still the folder that was opened, so that "absent" can be believed.
   *
   * @throws StoreUnavailableException if it is not
   */
  void check() {
    try {
      BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
      if (now.isDirectory() && Objects.equals(now.fileKey(), identity)) {
        return;
      }
    } catch (IOException e) {
      throw new StoreUnavailableException("the folder " + path + " is gone" + reason(e), e);
    }
    throw new StoreUnavailableException(
        "the folder " + path + " is not the one it was; has something been unmounted?");
  }

  /**
   * The attributes of a regular file; empty if there is none and the folder is there to say so.
   *
   * @throws CorruptException if something else lies there
   */
  Optional<BasicFileAttributes> regularFile(Path file) {
    BasicFileAttributes found;
    try {
      found = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      check();
      return Optional.empty();
    } catch (IOException e) {
      throw readingObject(file, e);
    }
    if (!found.isRegularFile()) {
      throw new CorruptException(file + " is not a regular file, as every object must be");
    }
    return Optional.of(found);
  }

  /** What it means that an object could not be read. */
  EkkofsException readingObject(Path file, IOException e) {
    return hasFolder(file) ? misplaced(file, e) : reading(file, e);
  }

  /** What it means that an object could not be written or put in its place. */
  EkkofsException writingObject(Path file, IOException e) {
    return hasFolder(file) ? misplaced(file, e) : writing(file, e);
  }

  /** What it means that an object could not be deleted. */
  EkkofsException deletingObject(Path file, IOException e) {
    return hasFolder(file) ? misplaced(file, e) : changing("delete ", file, e);
  }

  /** What it means that a file or folder could not be read. */
  EkkofsException reading(Path file, IOException e) {
    return permanent("cannot read ", file, e)
        .orElseGet(() -> new StoreUnavailableException("cannot read " + file + reason(e), e));
  }

  /** What it means that a file or folder could not be written. */
  EkkofsException writing(Path file, IOException e) {
    return changing("write ", file, e);
  }

  private EkkofsException changing(String verb, Path file, IOException e) {
    return permanent("cannot " + verb, file, e).orElseGet(() -> notWritable(verb, file, e));
  }

  private Optional<EkkofsException> permanent(String what, Path file, IOException e) {
    if (e instanceof ClosedByInterruptException) {
      return Optional.of(new CancelledException(what + file + ": interrupted", e));
    }
    if (e instanceof NoSuchFileException) {
      check();
    }
    return hasFileAbove(file) ? Optional.of(misplaced(file, e)) : Optional.empty();
  }

  private EkkofsException notWritable(String verb, Path file, IOException e) {
    if (isReadOnly() || reason(e).contains("Read-only file system")) {
      return new RefusedException(path + " is read-only", e);
    }
    if (e instanceof AccessDeniedException) {
      return new RefusedException("no permission to " + verb + file, e);
    }
    if (reason(e).contains("No space left")) {
      return new StoreUnavailableException("no space left in " + path, e);
    }
    return new StoreUnavailableException("cannot " + verb + file + reason(e), e);
  }

  private static CorruptException misplaced(Path file, IOException e) {
    return new CorruptException(
        "at %s there is a folder where a file must be, or a file where a folder must be"
            .formatted(file),
        e);
  }

  private boolean hasFolder(Path file) {
    return !file.equals(path) && Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS);
  }

  private boolean hasFileAbove(Path file) {
    for (Path above : foldersAbove(file)) {
      if (Files.exists(above)) {
        return !Files.isDirectory(above);
      }
    }
    return false;
  }

  private boolean isReadOnly() {
    try {
      return Files.getFileStore(path).isReadOnly();
    } catch (IOException e) {
      return false;
    }
  }

  /** Makes the folder of a path, and those above it, if they are not there; never the root. */
  void makeFolder(Path folder) throws IOException {
    if (folder.equals(path)) {
      return;
    }
    try {
      Files.createDirectory(folder);
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(folder) && Files.exists(folder)) {
        throw new NotDirectoryException(folder.toString());
      }
    } catch (NoSuchFileException e) {
      if (above(folder).equals(path)) {
        throw e;
      }
      makeFolder(above(folder));
      makeFolder(folder);
    }
  }

  /** The folder that a path below the root lies in. */
  static Path above(Path file) {
    return Objects.requireNonNull(file.getParent(), "the root has nothing above it");
  }

  /** The folders that a path below the root lies in, the lowest first, the root last. */
  List<Path> foldersAbove(Path file) {
    List<Path> folders = new ArrayList<>();
    for (Path folder = file; !folder.equals(path); ) {
      folder = above(folder);
      folders.add(folder);
    }
    return folders;
  }

  private static String reason(IOException e) {
    return ": " + Causes.of(e);
  }
}
