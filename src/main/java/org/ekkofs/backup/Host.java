package org.ekkofs.backup;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.ekkofs.model.WriterProcess;

/** This machine and this process, and what can be known of other processes on it. */
public record Host(WriterProcess self) {
  /** Of the fields of proc(5)'s stat that follow the name, counted from 0, the start. */
  private static final int START_AFTER_NAME = 19;

  /** The kernel shows all programs 100 ticks a second. */
  private static final long MILLIS_PER_TICK = 10;

  /** The process that runs this. */
  public static Host current() {
    return new Host(
        new WriterProcess(name(), bootId(), ProcessHandle.current().pid(), startOfThisProcess()));
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

  /** Where it cannot be told the boot cannot be either, and so nothing is concluded from it. */
  private static long startOfThisProcess() {
    try {
      return started("self");
    } catch (IOException noProc) {
      return 0;
    }
  }

  /** When a process started, in milliseconds since the boot: no change of the clock changes it. */
  private static long started(String process) throws IOException {
    String stat = Files.readString(Path.of("/proc", process, "stat"), StandardCharsets.ISO_8859_1);
    // The name in parentheses may hold anything.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", -1);
    return Long.parseLong(fields[START_AFTER_NAME]) * MILLIS_PER_TICK;
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
    try {
      return started(Long.toString(writer.pid())) != writer.startedMillis();
    } catch (NoSuchFileException notListed) {
      return seesProcessesOfOthers();
    } catch (IOException unknown) {
      return false;
    }
  }

  /** With the mount option hidepid, /proc does not list the processes of other users. */
  private static boolean seesProcessesOfOthers() {
    return Files.exists(Path.of("/proc/1/stat"));
  }
}
