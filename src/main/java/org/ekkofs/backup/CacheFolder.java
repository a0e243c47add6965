package org.ekkofs.backup;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.Causes;
import org.ekkofs.model.FailedException;

/** The folder with all that this machine keeps of a repository and can fetch again. */
public final class CacheFolder {
  private static final String COPIES = "copies";
  private static final String MOUNTS = "mounts";

  private final Path folder;

  /**
   * One kind of things in it.
   *
   * @param name as the file or folder is called
   * @param files how many files it has
   * @param bytes their sizes together
   */
  public record Part(String name, long files, long bytes) {}

  /** That a mount uses the folder, until it is closed or its process ends. */
  public static final class Use implements AutoCloseable {
    private final Optional<LockFile> lock;

    private Use(Optional<LockFile> lock) {
      this.lock = lock;
    }

    @Override
    public void close() {
      lock.ifPresent(Use::release);
    }

    private static void release(LockFile lock) {
      try {
        lock.close();
      } catch (IOException goesWithTheProcess) {
        return;
      }
    }
  }

  /** The folder of a repository. */
  public CacheFolder(Repository repository) {
    this.folder = repository.local().of(repository.descriptor().id());
  }

  /** Where it is. */
  public Path path() {
    return folder;
  }

  /** Says that a mount uses it, as far as that can be said. */
  public Use use() {
    try {
      return new Use(LockFile.shared(folder.resolve(MOUNTS)));
    } catch (IOException unwritable) {
      return new Use(Optional.empty());
    }
  }

  /** What lies in it, in order of names, but for {@linkplain LocalCopies local copies}. */
  public List<Part> parts() {
    return entries().stream()
        .filter(entry -> !name(entry).equals(COPIES) && !name(entry).equals(MOUNTS))
        .map(CacheFolder::part)
        .filter(part -> part.files() > 0)
        .toList();
  }

  private static Part part(Path entry) {
    List<Path> files = files(entry);
    return new Part(name(entry), files.size(), files.stream().mapToLong(CacheFolder::size).sum());
  }

  /** 0 for what has gone meanwhile. */
  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException gone) {
      return 0;
    }
  }

  /**
   * Removes everything but the catalog, which is in use by every command and small, local copies,
   * and what is just being written.
   *
   * @return false if a mount uses the folder, and then nothing was removed
   */
  public boolean clear() {
    try {
      Files.createDirectories(folder);
      Optional<LockFile> alone = LockFile.exclusive(folder.resolve(MOUNTS));
      if (alone.isEmpty()) {
        return false;
      }
      return alone.get().during(this::clearAll);
    } catch (InterruptedException e) {
      throw new CancelledException("clearing the cache was interrupted", e);
    } catch (IOException e) {
      throw new FailedException("cannot clear %s: %s".formatted(folder, Causes.of(e)), e);
    }
  }

  private boolean clearAll() throws IOException {
    for (Path entry : entries()) {
      if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS) && !name(entry).equals(COPIES)) {
        clear(entry);
      }
    }
    return true;
  }

  private static void clear(Path part) throws IOException {
    for (Path file : files(part)) {
      if (!name(file).contains(".tmp")) {
        Files.deleteIfExists(file);
      }
    }
  }

  private List<Path> entries() {
    try (Stream<Path> found = Files.list(folder)) {
      return found.sorted(Comparator.comparing(CacheFolder::name)).toList();
    } catch (NoSuchFileException none) {
      return List.of();
    } catch (IOException e) {
      throw new FailedException("cannot list %s: %s".formatted(folder, Causes.of(e)), e);
    }
  }

  /** The file itself, or the files below the folder. */
  private static List<Path> files(Path entry) {
    List<Path> files = new ArrayList<>();
    try (Stream<Path> found = Files.walk(entry)) {
      found
          .filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
          .forEach(files::add);
    } catch (IOException | UncheckedIOException goneMeanwhile) {
      return files;
    }
    return files;
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName());
  }
}
