package org.ekkofs.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A server that all tests of this process share, started when first asked for. It ends with the
 * process, and nothing of it stays.
 */
final class SharedServer<T extends AutoCloseable> {
  private final Function<Path, T> start;

  /** Started, or null; guarded by this. */
  private T server;

  /** Of a way to start it in a folder. */
  SharedServer(Function<Path, T> start) {
    this.start = start;
  }

  /** The server. */
  synchronized T get() {
    if (server == null) {
      Path folder = newFolder();
      try {
        server = start.apply(folder);
      } finally {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(folder)));
      }
    }
    return server;
  }

  private static Path newFolder() {
    try {
      return Files.createTempDirectory("ekkofs-server");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private synchronized void end(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      if (server != null) {
        server.close();
      }
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (Exception e) {
      throw new IllegalStateException("cannot end what was started in " + folder, e);
    }
  }
}
