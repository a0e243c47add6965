package org.ekkofs.manifest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Bounds what the files of a folder take together: when it is too much, those go that were used
 * longest ago, by their time of modification. Files that somebody has open stay readable to them;
 * those in the making, named {@code .tmp}, go only when nobody can be at work on them any more.
 */
final class LeastRecentlyUsedFiles {
  private record Candidate(Path file, long bytes, FileTime used) {}

  private static final Duration LONGEST_WORK = Duration.ofDays(1);

  private final Path folder;
  private final long maxBytes;
  private final InstantSource clock;

  LeastRecentlyUsedFiles(Path folder, long maxBytes, InstantSource clock) {
    this.folder = folder;
    this.maxBytes = maxBytes;
    this.clock = clock;
  }

  void used(Path file) {
    try {
      Files.setLastModifiedTime(file, FileTime.from(clock.instant()));
    } catch (IOException notOurs) {
      // Another's folder, or the file has just gone: it only matters for the order of going.
      return;
    }
  }

  /** Deletes what is too much, but not these. */
  void enforce(Set<Path> spared) throws IOException {
    List<Candidate> candidates = candidates();
    long total = candidates.stream().mapToLong(Candidate::bytes).sum();
    for (Candidate candidate : candidates) {
      if (total <= maxBytes) {
        break;
      }
      if (!spared.contains(candidate.file()) && !isInTheMaking(candidate)) {
        Files.deleteIfExists(candidate.file());
        total -= candidate.bytes();
      }
    }
  }

  private boolean isInTheMaking(Candidate candidate) {
    return candidate.file().getFileName().toString().contains(".tmp")
        && candidate.used().toInstant().isAfter(clock.instant().minus(LONGEST_WORK));
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
      BasicFileAttributes attributes =
          Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (attributes.isRegularFile()) {
        result.add(new Candidate(file, attributes.size(), attributes.lastModifiedTime()));
      }
    } catch (IOException vanished) {
      return;
    }
  }
}
