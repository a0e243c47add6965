package org.ekkofs.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What a mount needs of the machine. */
public final class FuseLibrary {
  private FuseLibrary() {}

  /** Skips the test where there is no FUSE, or no library for the binding. */
  public static void require(String binding) {
    assumeTrue(Files.exists(Path.of("/dev/fuse")), "there is no /dev/fuse");
    String library = binding.equals("fuse2") ? "libfuse.so.2" : "libfuse3.so";
    assumeTrue(isInstalled(library), library + " is not installed");
  }

  private static boolean isInstalled(String name) {
    for (String place : List.of("/lib", "/usr/lib", "/usr/local/lib", "/lib64", "/usr/lib64")) {
      try (Stream<Path> files =
          Files.find(
              Path.of(place), 2, (file, is) -> file.getFileName().toString().startsWith(name))) {
        if (files.findAny().isPresent()) {
          return true;
        }
      } catch (IOException | UncheckedIOException absent) {
        continue;
      }
    }
    return false;
  }
}
