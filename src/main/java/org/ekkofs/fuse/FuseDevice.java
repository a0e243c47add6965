package org.ekkofs.fuse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.RefusedException;

/** What the kernel and the system must offer before anything can be mounted. */
final class FuseDevice {
  private static final Path DEVICE = Path.of("/dev/fuse");
  private static final Path CONFIGURATION = Path.of("/etc/fuse.conf");

  private FuseDevice() {}

  /** Fails with one line that says what is missing. */
  static void require(Path mountpoint, FuseOptions options) {
    if (!Files.exists(DEVICE)) {
      throw new FailedException(
          DEVICE + " does not exist: load the kernel module fuse, or let the container have it");
    }
    if (!Files.isReadable(DEVICE) || !Files.isWritable(DEVICE)) {
      throw new FailedException(
          "no permission to open %s: let root chmod it to 666, or mount as root".formatted(DEVICE));
    }
    if (Libc.calls().geteuid() != 0) {
      requireForUser(mountpoint, options);
    }
  }

  private static void requireForUser(Path mountpoint, FuseOptions options) {
    if (fusermount().isEmpty()) {
      throw new FailedException("only root can mount without fusermount3: install package fuse3");
    }
    if (!Files.isWritable(mountpoint)) {
      throw new RefusedException("no permission to mount at " + mountpoint + ": not writable");
    }
    if (options.allowOther() && !userMayAllowOther()) {
      throw new RefusedException(
          "allow_other is for root only, unless " + CONFIGURATION + " says user_allow_other");
    }
  }

  private static boolean userMayAllowOther() {
    try (Stream<String> lines = Files.lines(CONFIGURATION, StandardCharsets.UTF_8)) {
      return lines.anyMatch(line -> line.strip().equals("user_allow_other"));
    } catch (IOException e) {
      return false;
    }
  }

  /** The program that mounts for ordinary users, where it is installed. */
  static Optional<Path> fusermount() {
    return Stream.of("fusermount3", "fusermount")
        .flatMap(name -> Stream.of("/usr/bin", "/bin", "/usr/local/bin").map(d -> Path.of(d, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** An option's value with what separates options escaped. */
  static String escape(String value) {
    return value.replace("\\", "\\\\").replace(",", "\\,");
  }
}
