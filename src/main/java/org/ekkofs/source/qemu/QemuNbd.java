package org.ekkofs.source.qemu;

import java.io.File;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.Causes;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.FailedException;
import org.ekkofs.source.nbd.NbdExport;

/**
 * A {@code qemu-nbd} of our own that serves one image for reading, at a socket in a private folder.
 * It ends when it is closed, when the JVM ends, and by itself when the process is killed. Safe for
 * use by many threads.
 */
public final class QemuNbd implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long LOOK_UP_MILLIS = 10;
  private static final long GRACE_SECONDS = 5;

  private final String description;
  private final PrivateFolder folder;
  private final Process process;
  private final Leash leash;
  private final Thread atExit = new Thread(this::end, "ekkofs-qemu-nbd");
  private final AtomicBoolean ended = new AtomicBoolean();

  private QemuNbd(String description, PrivateFolder folder, Process process, Leash leash) {
    this.description = description;
    this.folder = folder;
    this.process = process;
    this.leash = leash;
  }

  /**
   * Starts one, and returns when it serves the image.
   *
   * @param description what to call the image in messages
   * @param words for {@code qemu-nbd}: the image, its format, what it shall tell of changes;
   *     neither an export's name nor a place to listen at
   * @throws FailedException if {@code qemu-nbd} is not installed or cannot open the image
   * @throws CancelledException if the thread is interrupted
   */
  public static QemuNbd start(String description, List<String> words) {
    PrivateFolder folder = PrivateFolder.make();
    try {
      Process process = launch(folder, words);
      try {
        return serving(
            new QemuNbd(description, folder, process, leash(description, folder, process)));
      } catch (RuntimeException | Error e) {
        process.destroyForcibly();
        throw e;
      }
    } catch (RuntimeException | Error e) {
      folder.close();
      throw e;
    }
  }

  private static Process launch(PrivateFolder folder, List<String> words) {
    List<String> command =
        new ArrayList<>(
            List.of("qemu-nbd", "--read-only", "--shared=0", "--socket=" + folder.socket()));
    command.addAll(words);
    try {
      return new ProcessBuilder(command)
          .redirectInput(new File("/dev/null"))
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .redirectError(folder.errors().toFile())
          .start();
    } catch (IOException e) {
      throw new FailedException(
          "qemu-nbd, which reads images, cannot be started: install the package qemu-utils", e);
    }
  }

  private static Leash leash(String description, PrivateFolder folder, Process process) {
    long begun = System.nanoTime();
    try {
      while (process.isAlive()) {
        Optional<Leash> leash = Leash.to(folder.socket());
        if (leash.isPresent()) {
          return leash.get();
        }
        if (System.nanoTime() - begun > PATIENCE.toNanos()) {
          throw new FailedException(description + " cannot be opened: qemu-nbd does not answer");
        }
        process.waitFor(LOOK_UP_MILLIS, TimeUnit.MILLISECONDS);
      }
      throw refusal(description, folder, "qemu-nbd ended at once");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException("opening " + description + " was interrupted", e);
    } catch (ClosedByInterruptException e) {
      throw new CancelledException("opening " + description + " was interrupted", e);
    } catch (IOException e) {
      throw refusal(description, folder, Causes.of(e));
    }
  }

  /** In the words of QEMU, if it has left any. */
  private static EkkofsException refusal(
      String description, PrivateFolder folder, String otherwise) {
    return new FailedException(
        description + " cannot be opened: " + folder.complaint().orElse(otherwise));
  }

  private static QemuNbd serving(QemuNbd server) {
    Runtime.getRuntime().addShutdownHook(server.atExit);
    return server;
  }

  /** Where the image is served. */
  public NbdExport export() {
    return new NbdExport.Socket(description, folder.socket(), "");
  }

  /** The number of the process. */
  long pid() {
    return process.pid();
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException exiting) {
      // The hook runs or has run; who comes second finds nothing to do.
      end();
      return;
    }
    end();
  }

  private void end() {
    if (ended.getAndSet(true)) {
      return;
    }
    try (folder;
        leash) {
      process.destroy();
      if (!process.waitFor(GRACE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new FailedException("qemu-nbd cannot be left: " + Causes.of(e), e);
    }
  }
}
