package org.ekkofs.endtoend;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A virtual machine that boots a {@link GuestDisk}, says how that went, and powers off. */
final class Guest implements AutoCloseable {
  private static final String READY = "GUEST-READY ";
  private static final int LIMIT_SECONDS = 180;
  private static final int TAIL = 2000;

  private final Process process;
  private final Path console;
  private final Path errors;

  private Guest(Process process, Path console, Path errors) {
    this.process = process;
    this.console = console;
    this.errors = errors;
  }

  /**
   * Starts one.
   *
   * @param folder for what it says
   * @param disk QEMU's words for the disk
   */
  static Guest boot(Path folder, String... disk) throws IOException {
    Path console = Files.createTempFile(folder, "console", ".txt");
    Path errors = Files.createTempFile(folder, "qemu", ".txt");
    // Should this process be killed, "timeout" still ends the guest.
    List<String> command = new ArrayList<>(List.of("timeout", "-k", "5", "" + 2 * LIMIT_SECONDS));
    command.addAll(List.of("qemu-system-x86_64", "-m", "256", "-display", "none", "-nodefaults"));
    command.addAll(List.of("-no-reboot", "-serial", "file:" + console, "-cpu", "max"));
    if (canRunGuestsNatively()) {
      command.addAll(List.of("-accel", "kvm"));
    }
    command.addAll(List.of("-accel", "tcg"));
    command.addAll(List.of(disk));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(errors.toFile())
            .redirectInput(Path.of("/dev/null").toFile())
            .start();
    return new Guest(process, console, errors);
  }

  // Nested in some other virtual machines there is a KVM that does not get a guest going.
  private static boolean canRunGuestsNatively() throws IOException {
    return Files.isWritable(Path.of("/dev/kvm"))
        && Files.readString(Path.of("/proc/cpuinfo")).matches("(?s).*\\b(vmx|svm)\\b.*");
  }

  /** Waits until it has powered off; returns what it said when it was ready. */
  String awaitReady() throws IOException, InterruptedException {
    boolean ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
    String said = Files.readString(console, StandardCharsets.ISO_8859_1);
    if (!ended) {
      throw failed("it is still running after %d s".formatted(LIMIT_SECONDS), said);
    }
    return said.lines()
        .filter(line -> line.startsWith(READY))
        .map(line -> line.substring(READY.length()))
        .findFirst()
        .orElseThrow(() -> failed("it ended with status " + process.exitValue(), said));
  }

  /** The last number that it has written to its two disks; 0 if there is none yet. */
  int wrote() {
    try {
      if (!process.isAlive()) {
        throw failed("it ended with status " + process.exitValue(), "");
      }
      return Files.readString(console, StandardCharsets.ISO_8859_1)
          .lines()
          .filter(line -> line.matches("GUEST-WROTE [0-9]+"))
          .mapToInt(line -> Integer.parseInt(line.substring("GUEST-WROTE ".length())))
          .max()
          .orElse(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private AssertionError failed(String what, String said) {
    try {
      return new AssertionError(
          "the guest did not get ready: %s%n%s%nits console ends:%n%s"
              .formatted(
                  what,
                  Files.readString(errors, StandardCharsets.ISO_8859_1),
                  said.substring(Math.max(0, said.length() - TAIL))));
    } catch (IOException e) {
      return new AssertionError(what, e);
    }
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    process.onExit().join();
  }
}
