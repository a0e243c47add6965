package org.ekkofs.benchmark;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Starts other programs. */
final class Programs {
  private Programs() {}

  /** The programs that the script has compiled. */
  static String compiled(String name) {
    return Path.of(System.getProperty("ekkofs.bench.programs"), name).toString();
  }

  /**
   * Runs a program to its end.
   *
   * @return what it wrote to standard output
   * @throws IOException if it fails
   */
  static String run(Object... words) throws IOException, InterruptedException {
    return run(new ProcessBuilder(Arrays.stream(words).map(Object::toString).toList()));
  }

  /** As {@link #run(Object...)}. */
  static String run(ProcessBuilder builder) throws IOException, InterruptedException {
    Path errors = Files.createTempFile("ekkofs-bench", ".txt");
    try {
      Process process = builder.redirectInput(nothing()).redirectError(errors.toFile()).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IOException(builder.command() + " failed: " + Files.readString(errors) + output);
      }
      return output;
    } finally {
      Files.delete(errors);
    }
  }

  /** Runs a program, and gives the seconds it took. */
  static double seconds(Object... words) throws IOException, InterruptedException {
    long begun = System.nanoTime();
    run(words);
    return (System.nanoTime() - begun) / 1e9;
  }

  /** Whether there is such a program. */
  static boolean exists(String name) {
    return List.of(System.getenv("PATH").split(":")).stream()
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, name)));
  }

  static ProcessBuilder.Redirect nothing() {
    return ProcessBuilder.Redirect.from(new File("/dev/null"));
  }
}
