package org.ekkofs.app;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.ekkofs.store.ObjectStore;

/** Runs command lines within the test's own process. */
final class CommandLineRunner {
  private final Map<String, String> environment = new HashMap<>();
  private UnaryOperator<ObjectStore> around = UnaryOperator.identity();

  record Result(int status, String out, String err) {}

  /** On a repository in a folder, which is not made yet. */
  CommandLineRunner(Path folder) {
    environment.put("EKKOFS_REPOSITORY", folder.resolve("repository").toString());
    environment.put("EKKOFS_CACHE_DIR", folder.resolve("cache").toString());
  }

  /** Puts this around every store that is opened from now on. */
  void around(UnaryOperator<ObjectStore> wrapper) {
    around = wrapper;
  }

  CommandLineRunner with(String variable, String value) {
    environment.put(variable, value);
    return this;
  }

  CommandLineRunner without(String variable) {
    environment.remove(variable);
    return this;
  }

  Result run(String... words) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console =
        new Console(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false,
            Optional::empty);
    int status =
        CommandLines.run(
            List.of(words),
            new World(environment, console, new Interruption(Thread.currentThread()), around));
    return new Result(
        status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }
}
