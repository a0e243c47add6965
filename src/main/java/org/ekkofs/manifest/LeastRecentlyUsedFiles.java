package org.ekkofs.manifest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Bounds what the files of a folder take together: when it is too much, those go that were used
 * longest ago, by their time of modification. Files that somebody has open stay readable to them.
 */
final class LeastRecentlyUsedFiles {
  private record Candidate(Path file, long bytes, FileTime used) {}

  private final Path folder;
  private final long maxBytes;

  LeastRecentlyUsedFiles(Path folder, long maxBytes) {
    this.folder = folder;
    this.maxBytes = maxBytes;
  }

  void used(Path file) {
    try {
      Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
    } catch (IOException notOurs) {
      // Another's folder, or the file has just gone: it only matters for the order of going.
      return;
    }
  }

  void enforce() throws IOException {
    List<Candidate> candidates = candidates();
    long total = candidates.stream().mapToLong(Candidate::bytes).sum();
    for (Candidate candidate : candidates) {
      if (total <= maxBytes) {
        break;
      }
      Files.deleteIfExists(candidate.file());
      total -= candidate.bytes();
    }
  }

  private List<Candidate> candidates() throws IOException {
    List<Candidate> result = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        add(file, result);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    result.sort(Comparator.comparing(Candidate::used));
    return result;
  }

  private static void add(Path file, List<Candidate> result) {
    try {
      result.add(new Candidate(file, Files.size(file), Files.getLastModifiedTime(file)));
    } catch (IOException vanished) {
      return;
    }
  }
}
