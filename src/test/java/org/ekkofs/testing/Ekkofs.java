package org.ekkofs.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The launcher, run as a process of its own, the way people run it. */
public final class Ekkofs {
  private static final long LIMIT_SECONDS = 240;

  /** How a process ended and what it said. */
  public record Result(int status, String out, String err) {
    /** Requires success. */
    public Result ok() {
      assertThat(status).as("%s%n%s", out, err).isZero();
      return this;
    }

    /** Requires that a signal ended it, cleanly. */
    public Result interrupted() {
      assertThat(status).as("%s%n%s", out, err).isEqualTo(130);
      assertThat(err).doesNotContain("Exception");
      return this;
    }

    /** Requires failure with a status and one line that contains a text. */
    public Result fails(int expected, String text) {
      assertThat(status).as("%s%n%s", out, err).isEqualTo(expected);
      assertThat(err.lines().toList()).as(err).hasSize(1);
      assertThat(err).contains(text);
      return this;
    }
  }

  private final Path repository;
  private final Path scratch;
  private final Map<String, String> environment = new HashMap<>();

  /** With this repository, and a folder for caches and for what the processes say. */
  public Ekkofs(Path repository, Path scratch) {
    this.repository = repository;
    this.scratch = scratch;
    environment.put("EKKOFS_REPOSITORY", repository.toString());
    environment.put("EKKOFS_CACHE_DIR", scratch.resolve("cache").toString());
  }

  /** The same with one more environment variable. */
  public Ekkofs with(String name, String value) {
    Ekkofs copy = new Ekkofs(repository, scratch);
    copy.environment.putAll(environment);
    copy.environment.put(name, value);
    return copy;
  }

  /** The same with more environment variables. */
  public Ekkofs with(Map<String, String> variables) {
    Ekkofs copy = new Ekkofs(repository, scratch);
    copy.environment.putAll(environment);
    copy.environment.putAll(variables);
    return copy;
  }

  /** The launcher that was built. */
  public static Path launcher() {
    return Path.of(System.getProperty("ekkofs.launcher", "mount-scripts/ekkofs")).toAbsolutePath();
  }

  /** Starts {@code ekkofs} with these words. */
  public Running start(String... words) {
    List<String> command = new ArrayList<>(List.of(launcher().toString()));
    command.addAll(List.of(words));
    return startProgram(command);
  }

  /** Runs {@code ekkofs} with these words. */
  public Result run(String... words) {
    return start(words).await();
  }

  /** Starts the command line of this build's classes, as its main class and Java options say. */
  public Running startMain(Class<?> main, List<String> options, List<String> words) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(words);
    return startProgram(command);
  }

  /** Starts {@code ekkofs} with these words on a host of this name. */
  public Running startOn(String host, String... words) {
    String script = "hostname \"$0\" && exec \"$@\"";
    List<String> command =
        new ArrayList<>(
            List.of("unshare", "--uts", "sh", "-c", script, host, launcher().toString()));
    command.addAll(List.of(words));
    return startProgram(command);
  }

  /** Runs any program in the same environment. */
  public Result program(String... command) {
    return startProgram(List.of(command)).await();
  }

  private Running startProgram(List<String> command) {
    try {
      Files.createDirectories(scratch);
      Path out = Files.createTempFile(scratch, "out", ".txt");
      Path err = Files.createTempFile(scratch, "err", ".txt");
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")));
      builder.environment().putAll(environment);
      builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
      return new Running(builder.start(), out, err);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A process that was started. */
  public record Running(Process process, Path out, Path err) {
    /** Waits for its end. */
    public Result await() {
      try {
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
          process.destroyForcibly();
          throw new AssertionError(
              "still running after %d s: %s".formatted(LIMIT_SECONDS, Files.readString(err)));
        }
        return new Result(
            process.exitValue(),
            Files.readString(out, StandardCharsets.UTF_8),
            Files.readString(err, StandardCharsets.UTF_8));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError(e);
      }
    }

    /** Sends it a signal, by its name without SIG. */
    public void signal(String name) {
      String words = "kill -" + name + " " + process.pid();
      try {
        assertThat(new ProcessBuilder("sh", "-c", words).start().waitFor()).as(words).isIn(0, 1);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError(e);
      }
    }

    /** Ends it the hard way, and everything it started. */
    public void kill() {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      await();
    }
  }
}
