package org.ekkofs.benchmark;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Measures ekkofs against what it could be; {@code mount-scripts/bench} runs it. */
@Command(
    name = "bench",
    header =
        "Measures reading from a mount, deleting, and what is stored, side by side with what bounds"
            + " it.",
    customSynopsis = {"bench [OPTION…] [WHAT…]", "bench functions [OPTION OF JMH…]"})
public final class Bench {
  private static final int INTERRUPTED = 130;

  private Bench() {}

  /** Measures, prints a table, and ends the process: with 1 if something went wrong. */
  public static void main(String[] words) {
    Options options = new Options();
    CommandLine line = new CommandLine(new Bench()).addMixin("options", options);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    System.exit(line.setExecutionStrategy(parsed -> run(line, options)).execute(words));
  }

  private static int run(CommandLine line, Options options) {
    if (options.help) {
      line.usage(System.out);
      return 0;
    }
    List<Work> works = options.works.isEmpty() ? Arrays.asList(Work.values()) : options.works;
    Report report = new Report();
    try (Lab lab = Lab.create(options, report)) {
      return measure(works, lab, report);
    } catch (IOException | InterruptedException e) {
      throw new CommandLine.ExecutionException(line, e.toString(), e);
    }
  }

  private static int measure(List<Work> works, Lab lab, Report report)
      throws IOException, InterruptedException {
    try {
      for (Work work : works) {
        report.say("measuring " + work);
        work.run(lab, report);
      }
      report.print(lab.options());
      return 0;
    } catch (IOException | RuntimeException e) {
      if (lab.isClosing()) {
        return INTERRUPTED;
      }
      throw e;
    }
  }
}
