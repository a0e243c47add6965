package org.ekkofs.app;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Runs the commands whose start is to be fast, in a folder of its own, while Java records which
 * classes they need. The build archives those, already parsed and verified.
 */
final class Rehearsal {
  private Rehearsal() {}

  /** Rehearses. */
  public static void main(String[] args) throws IOException {
    Path folder = Files.createTempDirectory("ekkofs-rehearsal");
    try {
      Path disk = Files.write(folder.resolve("disk"), new byte[] {1, 2, 3});
      String source = disk.toString();
      List<List<String>> commands =
          List.of(
              List.of("--help"),
              List.of("init"),
              List.of("snapshot", source, "web/one"),
              List.of("snapshot", source, "web/two", "--parent", "web/one", "--json"),
              List.of("ls"),
              List.of("ls", "web"),
              List.of("tree", "web"),
              List.of("show", "web/two"),
              List.of("show", "web/nothing"),
              List.of("delete", "web/two"),
              List.of("undelete", "web/two", "--as", "three"),
              List.of("stats"),
              List.of("verify"));
      for (List<String> command : commands) {
        run(command, folder);
      }
    } finally {
      delete(folder);
    }
  }

  private static void run(List<String> command, Path folder) {
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    Console console = new Console(nowhere, nowhere, false, Optional::empty);
    Map<String, String> environment =
        Map.of(
            "EKKOFS_REPOSITORY", folder.resolve("repository").toString(),
            "EKKOFS_CACHE_DIR", folder.resolve("cache").toString());
    CommandLines.run(
        command, new World(environment, console, new Interruption(Thread.currentThread())));
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
