package org.ekkofs.endtoend;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What a machine must have for a mount through a binding. */
final class Libraries {
  private static final List<String> PLACES =
      List.of("/lib", "/usr/lib", "/usr/local/lib", "/lib64", "/usr/lib64");

  private Libraries() {}

  /** Skips the test unless the kernel has FUSE and a library of this name is installed. */
  static void assumeFuseWith(String library) {
    assumeTrue(Files.exists(Path.of("/dev/fuse")), "there is no /dev/fuse");
    assumeTrue(PLACES.stream().anyMatch(place -> holds(place, library)), library + " is missing");
  }

  private static boolean holds(String place, String name) {
    try (Stream<Path> files =
        Files.find(
            Path.of(place), 2, (file, is) -> file.getFileName().toString().startsWith(name))) {
      return files.findAny().isPresent();
    } catch (IOException | UncheckedIOException absent) {
      return false;
    }
  }
}
