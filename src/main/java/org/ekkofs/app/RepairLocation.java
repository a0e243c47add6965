package org.ekkofs.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import org.ekkofs.backup.RepairSource;
import org.ekkofs.model.FailedException;
import org.ekkofs.source.RawSource;

/**
 * What somebody has named as the source of a repair, opened.
 *
 * @param cache a folder that goes when this is closed
 */
record RepairLocation(RepairSource source, Optional<Path> cache) implements AutoCloseable {
  /**
   * Opens a file or device, or a repository if it is a folder.
   *
   * @throws org.ekkofs.model.EkkofsException if it is neither, or cannot be read
   */
  static RepairLocation open(Context context, String text) {
    RepositoryLocation location = RepositoryLocation.parse(text);
    Optional<Path> disk = location.folder().filter(path -> !Files.isDirectory(path));
    if (disk.isPresent()) {
      return new RepairLocation(RepairSource.disk(RawSource.open(disk.get())), Optional.empty());
    }
    // A copy of a repository has its id, and must not share its caches.
    Path cache = temporary();
    try {
      RepairSource source = RepairSource.repository(context.open(location, cache));
      return new RepairLocation(source, Optional.of(cache));
    } catch (RuntimeException e) {
      delete(cache);
      throw e;
    }
  }

  private static Path temporary() {
    try {
      return Files.createTempDirectory("ekkofs-repair");
    } catch (IOException e) {
      throw new FailedException("cannot make a temporary folder: " + e.getMessage(), e);
    }
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new FailedException("cannot clear " + folder + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    source.close();
    cache.ifPresent(RepairLocation::delete);
  }
}
