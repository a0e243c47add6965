package org.ekkofs.backup;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.ekkofs.model.WriterProcess;

/** This machine and this process, and what can be known of other processes on it. */
public record Host(WriterProcess self) {
  /** The process that runs this. */
  public static Host current() {
    return new Host(
        new WriterProcess(
            name(), bootId(), ProcessHandle.current().pid(), started(ProcessHandle.current())));
  }

  private static String name() {
    try {
      String name = Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
      return name.isEmpty() ? "localhost" : name;
    } catch (IOException noProc) {
      return networkName();
    }
  }

  private static String networkName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException nameless) {
      return "localhost";
    }
  }

  /** Boot and namespace of process ids: within one of these a process id means one process. */
  private static String bootId() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip()
          + " "
          + Files.readSymbolicLink(Path.of("/proc/self/ns/pid"));
    } catch (IOException noProc) {
      return "";
    }
  }

  private static long started(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
  }

  /** Whether the process runs on this host now. */
  public boolean isAlive(WriterProcess writer) {
    return isHere(writer) && !isDead(writer);
  }

  private boolean isHere(WriterProcess writer) {
    return writer.host().equals(self.host())
        && !writer.bootId().isEmpty()
        && writer.bootId().equals(self.bootId());
  }

  /**
   * Whether the process is certainly gone: it ran on this boot of this host, and there is none of
   * its number now, or another. Of processes elsewhere nothing is certain.
   */
  public boolean isDead(WriterProcess writer) {
    if (!isHere(writer)) {
      return false;
    }
    Optional<ProcessHandle> process = ProcessHandle.of(writer.pid());
    return process.isEmpty()
        || process
            .flatMap(found -> found.info().startInstant())
            .map(start -> Math.abs(start.toEpochMilli() - writer.startedMillis()) > 1000)
            .orElse(false);
  }
}
