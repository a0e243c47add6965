package org.ekkofs.benchmark;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command line of the benchmark. */
final class Options {
  @Parameters(
      arity = "0..*",
      paramLabel = "WHAT",
      description = "What to measure: ${COMPLETION-CANDIDATES}. All of it if nothing is named.")
  List<Work> works = List.of();

  @Option(
      names = "--size",
      paramLabel = "MIB",
      description = "MiB of data on the disk that is full (default ${DEFAULT-VALUE}).")
  int mebibytes = 1024;

  @Option(
      names = "--runs",
      paramLabel = "N",
      description = "How often to measure each (default ${DEFAULT-VALUE}).")
  int runs = 5;

  @Option(
      names = "--quick",
      description = "A quarter of the data, three runs: to see whether it works.")
  boolean quick;

  @Option(
      names = "--profile",
      description = "Shows where CPU time goes as well, by perf; the figures suffer a little.")
  boolean profile;

  @Option(
      names = "--folder",
      paramLabel = "FOLDER",
      description =
          "Where to make the folder for all that is needed: five times the data and more. It is"
              + " removed at the end (default ${DEFAULT-VALUE}).")
  Path folder = Path.of(System.getProperty("java.io.tmpdir"));

  @Option(
      names = "--guest",
      paramLabel = "FILE",
      defaultValue = "${env:EKKOFS_BENCH_GUEST}",
      description =
          "A raw image of a guest that writes GUEST-READY to its serial console when it is up;"
              + " also from EKKOFS_BENCH_GUEST. Without one nothing is booted.")
  Optional<Path> guest = Optional.empty();

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this.")
  boolean help;

  long bytes() {
    return (long) (quick ? Math.min(mebibytes, 256) : mebibytes) << 20;
  }

  int runs() {
    return quick ? Math.min(runs, 3) : runs;
  }
}
