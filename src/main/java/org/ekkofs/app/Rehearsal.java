package org.ekkofs.app;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Runs the commands whose start is to be fast, in a folder of its own, while Java records which
 * classes they need. The build archives those, already parsed and verified.
 */
final class Rehearsal {
  /** A store on this machine that refuses connections: what a request needs is there by then. */
  private static final Map<String, String> UNREACHABLE =
      Map.of(
          "EKKOFS_REPOSITORY", "s3://bucket",
          "AWS_ENDPOINT_URL", "http://127.0.0.1:1",
          "AWS_ACCESS_KEY_ID", "nobody",
          "AWS_SECRET_ACCESS_KEY", "nothing");

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
        run(command, folder, Map.of());
      }
      run(List.of("ls"), folder, UNREACHABLE);
    } finally {
      delete(folder);
    }
  }

  private static void run(List<String> command, Path folder, Map<String, String> others) {
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    Console console = new Console(nowhere, nowhere, false, Optional::empty);
    Map<String, String> environment = new HashMap<>();
    environment.put("EKKOFS_REPOSITORY", folder.resolve("repository").toString());
    environment.put("EKKOFS_CACHE_DIR", folder.resolve("cache").toString());
    environment.put("HOME", folder.toString());
    environment.putAll(others);
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
