package org.ekkofs.restore;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.ekkofs.backup.Progress;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.FailedException;

/** Runs qemu-img. Immutable. */
final class QemuImg {
  private static final int CHECK_MILLIS = 200;
  private static final int END_SECONDS = 5;

  /** What a shell says of what SIGHUP, SIGINT and SIGTERM have ended. */
  private static final List<Integer> SIGNALLED = List.of(128 + 1, 128 + 2, 128 + 15);

  private final String program;

  /** Runs the program of this name or path. */
  QemuImg(String program) {
    this.program = program;
  }

  /**
   * How qemu-img ended.
   *
   * @param status 0 if it did what it was told
   * @param message the first line that it said, without its name; empty if it said nothing
   */
  record Outcome(int status, String message) {}

  /**
   * Makes sure that it is there.
   *
   * @throws FailedException if it is not; says what to install
   */
  void require() throws InterruptedException {
    Process process = start(List.of("--version"));
    try {
      process.waitFor();
    } finally {
      end(process);
    }
  }

  /**
   * Runs it to its end; whatever happens it has ended afterwards.
   *
   * @param words what to do, with {@code -p} among it
   * @param task what that is to whoever looks on
   * @param totalBytes how much there is to do
   * @throws CancelledException if the user has stopped it
   * @throws FailedException if it is not installed
   */
  Outcome run(List<String> words, String task, long totalBytes, Progress progress)
      throws InterruptedException {
    progress.begin(task, totalBytes);
    Process process = start(words);
    try {
      CompletableFuture<QemuImgOutput> output = listen(process, totalBytes, progress);
      while (!process.waitFor(CHECK_MILLIS, TimeUnit.MILLISECONDS)) {
        progress.check();
      }
      QemuImgOutput said = output.get();
      if (SIGNALLED.contains(process.exitValue())) {
        throw new CancelledException("qemu-img was stopped by a signal");
      }
      if (process.exitValue() == 0) {
        said.finish();
      }
      return new Outcome(process.exitValue(), said.message());
    } catch (ExecutionException e) {
      throw new FailedException("cannot hear what qemu-img says: " + e.getMessage(), e);
    } finally {
      end(process);
    }
  }

  private Process start(List<String> words) {
    List<String> command = new ArrayList<>(List.of(program));
    command.addAll(words);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("LC_ALL", "C");
    try {
      Process process = builder.start();
      process.getOutputStream().close();
      return process;
    } catch (IOException e) {
      throw new FailedException(
          "other formats than raw are written by qemu-img, which cannot be run; install package"
              + " qemu-utils",
          e);
    }
  }

  private static CompletableFuture<QemuImgOutput> listen(
      Process process, long totalBytes, Progress progress) {
    CompletableFuture<QemuImgOutput> done = new CompletableFuture<>();
    Thread listener =
        new Thread(
            () -> {
              try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
                done.complete(QemuImgOutput.read(reader, totalBytes, progress));
              } catch (IOException | UncheckedIOException e) {
                done.completeExceptionally(e);
              } catch (RuntimeException | Error e) {
                done.completeExceptionally(e);
              }
            },
            "ekkofs-qemu-img");
    listener.setDaemon(true);
    listener.start();
    return done;
  }

  /** What it has written so far is of no use to anybody, so there is nothing to be gentle about. */
  private static void end(Process process) {
    process.destroyForcibly();
    boolean interrupted = Thread.interrupted();
    try {
      boolean unused = process.waitFor(END_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
