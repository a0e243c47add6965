package org.ekkofs.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.ekkofs.app.MainWithStore;
import org.ekkofs.testing.Await;
import org.ekkofs.testing.Ekkofs;
import org.ekkofs.testing.TinyFilesystem;

/**
 * A mount that a process of its own serves, in the foreground, so that a test can hurt it. It is
 * unmounted and its process ended in any case, whatever hangs.
 */
final class ServedMount implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final int WORDS = 2000;

  private final Path mountpoint;
  private final Ekkofs.Running server;

  private ServedMount(Path mountpoint, Ekkofs.Running server) {
    this.mountpoint = mountpoint;
    this.server = server;
  }

  /**
   * How to serve.
   *
   * @param store what is wrong with the store, as {@link MainWithStore} understands it; or ""
   * @param heap how much memory Java gets, as {@code 128m}; what it takes besides is not bound to
   *     that
   * @param options mount options
   * @param limit when the process is killed, so that what hangs in the mount fails
   */
  record Settings(String store, String heap, List<String> options, Duration limit) {
    Settings(String store, String heap, List<String> options) {
      this(store, heap, options, Duration.ofMinutes(2));
    }

    List<String> java() {
      return List.of(
          "-Xms" + heap,
          "-Xmx" + heap,
          "-XX:+AlwaysPreTouch",
          "-XX:MaxDirectMemorySize=256m",
          "-XX:+UseParallelGC",
          "-XX:+ErrorFileToStderr",
          "--enable-native-access=ALL-UNNAMED",
          "-Dekkofs.test.store=" + store);
    }
  }

  /** Starts a process, and returns when the mount answers. */
  static ServedMount start(Ekkofs ekkofs, Path mountpoint, Settings settings) throws IOException {
    Files.createDirectories(mountpoint);
    List<String> words =
        List.of(
            "mount",
            mountpoint.toString(),
            "--foreground",
            "-o",
            String.join(",", settings.options()));
    ServedMount mount =
        new ServedMount(mountpoint, ekkofs.startMain(MainWithStore.class, settings.java(), words));
    mount.killAfter(settings.limit());
    try {
      Await.until("the mount answers", mount::answersOrHasEnded);
      assertThat(mount.server.process().isAlive()).as(mount.lastWords()).isTrue();
      return mount;
    } catch (AssertionError e) {
      mount.close();
      throw e;
    }
  }

  private void killAfter(Duration limit) {
    server
        .process()
        .onExit()
        .orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS)
        .exceptionally(late -> server.process().destroyForcibly());
  }

  private boolean answersOrHasEnded() {
    boolean answers = isMounted() && Files.isDirectory(mountpoint.resolve("control"));
    return answers || !server.process().isAlive();
  }

  boolean isMounted() {
    try {
      return Files.readString(Path.of("/proc/self/mountinfo")).contains(" " + mountpoint + " ");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where it is mounted. */
  Path mountpoint() {
    return mountpoint;
  }

  /** The file of a backup. */
  Path raw(String name) {
    return mountpoint.resolve(SeededRepository.TREE.value()).resolve(name + ".raw");
  }

  /** The number of the process that serves. */
  long pid() {
    return server.process().pid();
  }

  /** What the process has logged so far. */
  String said() {
    try {
      return Files.readString(server.out()) + Files.readString(server.err());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The end of that, for messages. */
  String lastWords() {
    String said = said();
    return said.substring(Math.max(0, said.length() - WORDS));
  }

  /** Runs command lines through the control directory, and waits until all are done. */
  void control(String job, String lines) throws IOException {
    Path file = mountpoint.resolve("control").resolve(job);
    Files.writeString(file, lines + "\n");
    assertThat(Files.readString(mountpoint.resolve("control").resolve(job + ".done")))
        .startsWith("done");
    Files.delete(file);
  }

  /** Ends the process as a user does, and requires that it ends well and leaves nothing. */
  void end() throws InterruptedException {
    server.process().destroy();
    assertThat(server.process().waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
        .as("the process ends: %s", lastWords())
        .isTrue();
    assertThat(server.process().exitValue()).as(lastWords()).isIn(0, 130);
    assertThat(isMounted()).as("still mounted: %s", lastWords()).isFalse();
  }

  /** Kills the process; the mount stays, dead. */
  void kill() {
    server.kill();
  }

  @Override
  public void close() {
    if (server.process().isAlive()) {
      server.process().destroy();
      try {
        server.process().waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      server.kill();
    }
    if (isMounted()) {
      TinyFilesystem.run("umount", "-l", mountpoint.toString());
    }
  }
}
