package org.ekkofs.benchmark;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
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
    Process process = builder.redirectInput(nothing()).start();
    String output = text(process.getInputStream());
    // What these programs say of errors fits into a pipe.
    String errors = text(process.getErrorStream());
    if (process.waitFor() != 0) {
      throw new IOException(builder.command() + " failed: " + errors + output);
    }
    return output;
  }

  private static String text(InputStream stream) throws IOException {
    return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
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
