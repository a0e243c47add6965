package org.ekkofs.control;

import java.util.List;
import java.util.Optional;

/** What a job says of itself: a line for the whole, then one for every command line. */
final class JobReport {
  private final List<JobLine> lines;
  private final Optional<String> refusal;

  JobReport(List<JobLine> lines, Optional<String> refusal) {
    this.lines = lines;
    this.refusal = refusal;
  }

  String text() {
    StringBuilder text = new StringBuilder(head()).append('\n');
    for (int index = 0; index < lines.size(); index++) {
      text.append(index + 1).append(": ").append(line(lines.get(index))).append('\n');
    }
    return text.toString();
  }

  private String head() {
    if (lines.isEmpty()) {
      return refusal
          .map(why -> "refused: " + why)
          .orElse("empty: write command lines into this file");
    }
    for (int index = 0; index < lines.size(); index++) {
      JobLine.State state = lines.get(index).state();
      String place = "line %d of %d".formatted(index + 1, lines.size());
      if (state instanceof JobLine.Running running) {
        return "running: " + place + ", " + running.meter().state().figures();
      } else if (state instanceof JobLine.Failed failed) {
        return "failed: " + place + ": " + failed.reason();
      } else if (state instanceof JobLine.Cancelled) {
        return "cancelled: " + place;
      } else if (state instanceof JobLine.Queued) {
        return "queued: " + place;
      }
    }
    return "done: " + (lines.size() == 1 ? "1 line" : lines.size() + " lines");
  }

  private static String line(JobLine line) {
    JobLine.State state = line.state();
    if (state instanceof JobLine.Running running) {
      return "running: " + line.text() + ": " + running.meter().state().figures();
    } else if (state instanceof JobLine.Done done) {
      return "done: " + line.text() + ": " + done.figures();
    } else if (state instanceof JobLine.Failed failed) {
      return "failed: " + line.text() + ": " + failed.reason();
    } else if (state instanceof JobLine.Cancelled) {
      return "cancelled: " + line.text();
    }
    return (state instanceof JobLine.NotRun ? "not run: " : "queued: ") + line.text();
  }
}
