package org.ekkofs.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.ekkofs.testing.Ekkofs;
import org.ekkofs.testing.Ekkofs.Result;

/** A disk with a small system on it, made by {@code src/test/sh/guest-disk}. */
final class GuestDisk {
  /** What the guest reads from its disk, checks and says. */
  static final String MARKER = "the words on the disk";

  /** Where its file system begins. */
  static final int FILESYSTEM_OFFSET = 1 << 20;

  private static final int LACKING = 77;

  private GuestDisk() {}

  /**
   * The disk, which nobody may write to. It is made once and kept beside what was built, until the
   * script changes. Skips the test where the machine lacks what it is made of.
   *
   * @param ekkofs runs the script
   */
  static Path make(Ekkofs ekkofs) throws IOException {
    Path project = Ekkofs.launcher().getParent().getParent();
    Path script = project.resolve("src/test/sh/guest-disk");
    Path disk = project.resolve("target/guest/" + version(script) + ".raw");
    if (!Files.exists(disk)) {
      Files.createDirectories(disk.getParent());
      Result made = ekkofs.program("sh", script.toString(), disk.toString(), MARKER);
      assumeTrue(made.status() != LACKING, made.err());
      made.ok();
      assertThat(disk).exists();
    }
    return disk;
  }

  private static String version(Path script) throws IOException {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(script));
      return HexFormat.of().formatHex(hash, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
