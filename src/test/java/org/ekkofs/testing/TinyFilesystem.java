package org.ekkofs.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** A file system of a few bytes; a test that may not mount one is skipped. */
public record TinyFilesystem(Path folder) implements AutoCloseable {
  /** Mounts one in memory over a folder, which is made. */
  public static TinyFilesystem mount(Path folder, String options) throws IOException {
    Files.createDirectories(folder);
    Assumptions.assumeTrue(
        run("mount", "-t", "tmpfs", "-o", options, "tmpfs", folder.toString()),
        "mounting needs root");
    return new TinyFilesystem(folder);
  }

  /** Makes one on the disk, in a file beside the folder, and mounts it there. */
  public static TinyFilesystem ext4(Path folder, int mebibytes) throws IOException {
    Files.createDirectories(folder);
    String image = folder.resolveSibling(folder.getFileName() + ".ext4").toString();
    Assumptions.assumeTrue(
        run("mke2fs", "-q", "-t", "ext4", "-m", "0", image, mebibytes + "M"),
        "mke2fs is not installed");
    Assumptions.assumeTrue(
        run("mount", "-o", "loop", image, folder.toString()), "mounting needs root");
    return new TinyFilesystem(folder);
  }

  /** Mounts it again with other options. */
  public void remount(String options) {
    if (!run("mount", "-o", "remount," + options, folder.toString())) {
      throw new AssertionError("cannot remount " + folder);
    }
  }

  /** Runs a command and says whether it went well. */
  public static boolean run(String... command) {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException absent) {
      return false;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    if (!run("umount", folder.toString()) && !run("umount", "-l", folder.toString())) {
      throw new AssertionError("cannot unmount " + folder);
    }
  }
}
