package org.ekkofs.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Where a server's CPU time goes, as {@code perf} samples it, kernel and compiled Java included.
 */
final class Profile {
  /** Has Java write a map of what it compiled to {@code /tmp} when it ends. */
  static final String JAVA_OPTIONS =
      "-XX:+UnlockDiagnosticVMOptions -XX:+DumpPerfMapAtExit -XX:+PreserveFramePointer";

  private static final int THREADS = 8;
  private static final int FUNCTIONS = 16;

  private Profile() {}

  /** What is watched. */
  interface Step {
    void run() throws IOException, InterruptedException;
  }

  /** Watches a server while a step keeps it busy; then ends the server and reports. */
  static void of(String name, Server server, Step step, Lab lab, Report report)
      throws IOException, InterruptedException {
    Path data = lab.unused("perf");
    Process perf = start(server, data, lab);
    try {
      step.run();
    } finally {
      Programs.run("kill", "-INT", perf.pid());
      perf.waitFor();
    }
    lab.stop(server);
    report.note(
        "CPU of \"%s\", by thread and by function:%n%n```%n%s%n%s```%n"
            .formatted(name, top(data, "comm", THREADS), top(data, "dso,sym", FUNCTIONS)));
  }

  /** Where Java writes that map: perf looks for it there. */
  static Path map(Server server) {
    return Path.of("/tmp/perf-" + server.pid() + ".map");
  }

  private static Process start(Server server, Path data, Lab lab) throws IOException {
    List<String> command = new ArrayList<>(List.of("perf", "record", "-q", "-e", "cpu-clock"));
    command.addAll(List.of("-F", "499", "-o", data.toString(), "-p", "" + server.pid()));
    return new ProcessBuilder(command)
        .redirectInput(Programs.nothing())
        .redirectErrorStream(true)
        .redirectOutput(lab.path("perf.log").toFile())
        .start();
  }

  /** The top of a report by these keys. */
  private static String top(Path data, String keys, int lines)
      throws IOException, InterruptedException {
    String all = Programs.run("perf", "report", "-i", data, "--stdio", "-F", "overhead," + keys);
    return all.lines()
        .map(line -> line.strip().replaceAll("\\s{2,}", "  "))
        .filter(line -> !line.isEmpty() && !line.startsWith("#"))
        .limit(lines)
        .map(line -> line + "\n")
        .collect(Collectors.joining());
  }
}
