package org.ekkofs.app;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs the launcher as a user does, in a process of its own. */
final class Launcher {
  private static final long LIMIT_SECONDS = 120;

  private final Path folder;

  record Result(int status, String out, String err) {}

  /** With a repository and a cache in a folder, in which it also runs. */
  Launcher(Path folder) {
    this.folder = folder;
  }

  Result run(List<String> words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("ekkofs.launcher"));
    command.addAll(words);
    return execute(command);
  }

  /** Runs a shell command in which {@code ekkofs} is the launcher. */
  Result shell(String script) throws IOException, InterruptedException {
    String launcher = System.getProperty("ekkofs.launcher");
    return execute(List.of("sh", "-c", "ekkofs() { '" + launcher + "' \"$@\"; }\n" + script));
  }

  private Result execute(List<String> command) throws IOException, InterruptedException {
    Path out = Files.createTempFile(folder, "out", "");
    Path err = Files.createTempFile(folder, "err", "");
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().put("EKKOFS_REPOSITORY", folder.resolve("repository").toString());
    builder.environment().put("EKKOFS_CACHE_DIR", folder.resolve("cache").toString());
    builder.redirectOutput(out.toFile()).redirectError(err.toFile());
    Process process = builder.start();
    if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError(command + " does not end");
    }
    return new Result(process.exitValue(), read(out), read(err));
  }

  private static String read(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.UTF_8);
  }
}
