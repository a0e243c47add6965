package org.ekkofs.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A process that serves a file, or a socket, by FUSE or otherwise. */
final class Server {
  private static final double TICKS_PER_SECOND = 100;
  private static final long PATIENCE_SECONDS = 120;

  private final Process process;
  private final Path mountpoint;
  private final Path file;
  private final Path log;

  /**
   * Starts one; {@link #await} tells when it is ready.
   *
   * @param builder the program, which stays in the foreground
   * @param mountpoint where it mounts, if it does
   * @param file what appears when it is ready: with something in it, if it is a file
   */
  Server(ProcessBuilder builder, Path mountpoint, Path file) throws IOException {
    this.mountpoint = mountpoint;
    this.file = file;
    this.log = mountpoint.resolveSibling(mountpoint.getFileName() + ".log");
    this.process =
        builder
            .redirectInput(Programs.nothing())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
  }

  /** Waits until the file is there. */
  void await() throws IOException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!isThere(file)) {
      if (!process.isAlive() || System.nanoTime() > deadline) {
        throw new IOException(process.info() + " does not serve: " + Files.readString(log));
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
  }

  private static boolean isThere(Path file) throws IOException {
    return Files.exists(file) && (!Files.isRegularFile(file) || Files.size(file) > 0);
  }

  /** The file it shows. */
  Path file() {
    return file;
  }

  /** Another file that it shows. */
  Path file(String name) {
    return mountpoint.resolve(name);
  }

  /** The CPU seconds the process has taken so far, by hundredths. */
  double cpuSeconds() throws IOException {
    String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
  }

  /** The process. */
  long pid() {
    return process.pid();
  }

  /** Its memory in MiB, as far as it lies in RAM. */
  double residentMebibytes() throws IOException {
    return residentMebibytes(process.pid());
  }

  /** The memory of any process in MiB, as far as it lies in RAM. */
  static double residentMebibytes(long pid) throws IOException {
    String status = Files.readString(Path.of("/proc", Long.toString(pid), "status"));
    return Double.parseDouble(status.replaceFirst("(?s).*VmRSS:\\s+(\\d+).*", "$1")) / 1024;
  }

  /** Unmounts, and waits for the process to end. */
  void stop() throws IOException, InterruptedException {
    new ProcessBuilder("umount", mountpoint.toString())
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
    if (!process.waitFor(1, TimeUnit.SECONDS)) {
      process.destroy();
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    }
  }
}
