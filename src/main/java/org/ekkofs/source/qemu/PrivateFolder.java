package org.ekkofs.source.qemu;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.ekkofs.model.Causes;
import org.ekkofs.model.FailedException;

/**
 * A folder for one server's socket and for what it complains of, which nobody else may enter.
 *
 * @param path where it is
 */
record PrivateFolder(Path path) implements AutoCloseable {
  private static final int LONGEST_COMPLAINT = 400;

  /** A new one. */
  static PrivateFolder make() {
    try {
      return new PrivateFolder(Files.createTempDirectory("ekkofs-nbd"));
    } catch (IOException e) {
      throw new FailedException("no temporary folder can be made: " + Causes.of(e), e);
    }
  }

  Path socket() {
    return path.resolve("s");
  }

  Path errors() {
    return path.resolve("errors");
  }

  /** The last line of what the server has complained of; empty if it is silent. */
  Optional<String> complaint() {
    try {
      String all = new String(Files.readAllBytes(errors()), StandardCharsets.UTF_8);
      return all.lines()
          .map(line -> line.replaceAll("\\p{Cntrl}+", " ").replaceFirst("^qemu-nbd: ", "").strip())
          .filter(line -> !line.isEmpty())
          .map(line -> line.substring(0, Math.min(line.length(), LONGEST_COMPLAINT)))
          .reduce((earlier, later) -> later);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Removes it with what is in it. */
  @Override
  public void close() {
    try {
      for (Path file : List.of(socket(), errors(), path)) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new FailedException(path + " cannot be removed: " + Causes.of(e), e);
    }
  }
}
