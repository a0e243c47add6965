package org.ekkofs.app;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.ekkofs.encryption.Secret;
import org.ekkofs.model.FailedException;

/**
 * Starts a process of its own that serves a mount. It tells on its standard output that it mounted,
 * or what went wrong; afterwards it writes to its log only.
 */
final class BackgroundMount {
  /** What the process says once the mount answers. */
  static final String MOUNTED = "mounted";

  /** Tells a process that it is one of these. */
  static final String MARK = "EKKOFS_IN_BACKGROUND";

  private static final long MAX_LOG_BYTES = 4L << 20;

  private final Context context;
  private final Path mountpoint;
  private final MountOptions options;

  BackgroundMount(Context context, Path mountpoint, MountOptions options) {
    this.context = context;
    this.mountpoint = mountpoint;
    this.options = options;
  }

  /**
   * Returns when the mount answers.
   *
   * @throws ReportedFailure if there is none, as the process said
   */
  void start() throws InterruptedException {
    Optional<Path> log = log();
    Process process = launch(log);
    boolean mounted = false;
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      List<String> said = listen(reader).get();
      if (said.contains(Secrets.WANTED)) {
        give(process, new Secrets(context).current());
        said = listen(reader).get();
      }
      mounted = said.contains(MOUNTED);
      if (!mounted) {
        throw failure(process.waitFor(), said, log);
      }
    } catch (IOException | ExecutionException e) {
      throw new FailedException("the process that was to mount is gone: " + e.getMessage(), e);
    } finally {
      if (!mounted) {
        process.destroy();
      }
    }
  }

  private Process launch(Optional<Path> log) {
    try {
      ProcessBuilder builder = new ProcessBuilder(command());
      builder.directory(new File("/"));
      builder.environment().put(MARK, "yes");
      pass(builder.environment());
      builder.redirectError(
          log.map(file -> ProcessBuilder.Redirect.appendTo(file.toFile()))
              .orElse(ProcessBuilder.Redirect.DISCARD));
      return builder.start();
    } catch (IOException e) {
      throw new FailedException("cannot start a process to mount with: " + e.getMessage(), e);
    }
  }

  /** The secret itself goes another way: who may look at the process sees its environment. */
  private void pass(Map<String, String> environment) {
    if (new Secrets(context).areGiven()) {
      environment.put(Secrets.GIVEN, "yes");
    }
    environment.keySet().removeIf(Secrets::isSecret);
  }

  private static void give(Process process, Secret secret) throws IOException {
    try (Writer in = process.outputWriter(StandardCharsets.US_ASCII)) {
      in.write(secret.line() + "\n");
    }
  }

  private List<String> command() {
    List<String> words = new ArrayList<>(List.of("setsid", context.launcher().toString()));
    words.addAll(List.of("--repository", context.location().toString()));
    words.addAll(List.of("--cache-dir", cache().toString()));
    words.addAll(context.storeWords());
    if (context.debug()) {
      words.add("--debug");
    }
    words.addAll(List.of("mount", "--foreground"));
    options.words().forEach(option -> words.addAll(List.of("-o", option)));
    words.addAll(List.of("--", mountpoint.toString()));
    return words;
  }

  private Path cache() {
    return options.cacheFolder().orElseGet(context::cacheFolder);
  }

  private static CompletableFuture<List<String>> listen(BufferedReader reader) {
    CompletableFuture<List<String>> said = new CompletableFuture<>();
    Thread listener =
        new Thread(
            () -> {
              try {
                said.complete(untilMarked(reader));
              } catch (IOException | RuntimeException e) {
                said.completeExceptionally(e);
              }
            },
            "ekkofs-listener");
    listener.setDaemon(true);
    listener.start();
    return said;
  }

  private static List<String> untilMarked(BufferedReader reader) throws IOException {
    List<String> said = new ArrayList<>();
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      said.add(line);
      if (line.equals(MOUNTED) || line.equals(Secrets.WANTED)) {
        break;
      }
    }
    return said;
  }

  private static ReportedFailure failure(int status, List<String> said, Optional<Path> log) {
    String message =
        said.isEmpty()
            ? "the process that was to mount ended with status " + status + seeLog(log)
            : said.get(0).replaceFirst("^" + Failures.PREFIX, "");
    return new ReportedFailure(status, message);
  }

  private static String seeLog(Optional<Path> log) {
    return log.map(file -> "; see " + file).orElse("");
  }

  /** The log, with what was in it moved aside once that is a lot; empty if none can be written. */
  private Optional<Path> log() {
    String name = mountpoint.normalize().toString().substring(1).replace('/', '-');
    Path file = context.cacheFolder().resolve("log").resolve("mount-" + name + ".log");
    try {
      Files.createDirectories(file.getParent());
      if (Files.exists(file) && Files.size(file) > MAX_LOG_BYTES) {
        Path old = file.resolveSibling(file.getFileName() + ".old");
        Files.move(file, old, StandardCopyOption.REPLACE_EXISTING);
      }
      Files.write(file, new byte[0], StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      return Optional.of(file);
    } catch (IOException unwritable) {
      return Optional.empty();
    }
  }
}
