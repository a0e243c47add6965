package org.ekkofs.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** A file system of its own for a test: a tmpfs of a few megabytes. */
public final class SmallDisk implements AutoCloseable {
  private final Path path;
  private boolean mounted = true;

  private SmallDisk(Path path) {
    this.path = path;
  }

  /** Mounts one, or skips the test where that is not allowed. */
  public static SmallDisk mount(Path path, int bytes) throws IOException {
    Files.createDirectories(path);
    Assumptions.assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=" + bytes, "tmpfs", path.toString()) == 0,
        "mounting a small disk needs root");
    return new SmallDisk(path);
  }

  /** Where it is mounted. */
  public Path path() {
    return path;
  }

  /** Nothing can be written any more. */
  public void makeReadOnly() throws IOException {
    assertThat(run("mount", "-o", "remount,ro", path.toString())).isZero();
  }

  /** The same disk at another place as well, where nothing can be written. */
  public SmallDisk readOnlyView(Path place) throws IOException {
    Files.createDirectories(place);
    assertThat(run("mount", "--bind", path.toString(), place.toString())).isZero();
    assertThat(run("mount", "-o", "remount,bind,ro", place.toString())).isZero();
    return new SmallDisk(place);
  }

  /** Takes the disk away from under those who use it. */
  public void unmount() throws IOException {
    mounted = false;
    assertThat(run("umount", "-l", path.toString())).isZero();
  }

  @Override
  public void close() throws IOException {
    if (mounted) {
      unmount();
    }
  }

  private static int run(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int status = process.onExit().join().exitValue();
    if (status != 0) {
      System.err.print(output);
    }
    return status;
  }
}
