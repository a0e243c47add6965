package org.ekkofs.benchmark;

import java.util.Locale;

/**
 * A line of the table.
 *
 * @param work what was done
 * @param unit what the figures count
 * @param ours what ekkofs took or gave
 * @param against what it is compared with; empty if the goal is for the figure itself
 * @param baseline what that took or gave in the same minutes; nothing if there is none
 * @param goal for the ratio, or for the figure itself
 */
record Row(String work, String unit, Samples ours, String against, Samples baseline, Goal goal) {
  /** Compares. */
  static Row ratio(
      String work, String unit, Samples ours, String against, Samples baseline, Goal goal) {
    return new Row(work, unit, ours, against, baseline, goal);
  }

  /** Holds a figure against a bound of its own. */
  static Row absolute(String work, String unit, Samples ours, Goal goal) {
    return new Row(work, unit, ours, "", new Samples(), goal);
  }

  static String heading() {
    return """
        | work | unit | ekkofs | against | baseline | ratio | goal | | spread |
        |---|---|---|---|---|---|---|---|---|""";
  }

  /** Ours as a multiple of the baseline. */
  double ratio() {
    return ours.median() / baseline.median();
  }

  /** As a line of a Markdown table. */
  @Override
  public String toString() {
    boolean alone = against.isEmpty();
    double judged = alone ? ours.median() : ratio();
    double spread = alone ? ours.spread() : Math.max(ours.spread(), baseline.spread());
    return "| %s | %s | %s | %s | %s | %s | %s | %s | %s |"
        .formatted(
            work,
            unit,
            number(ours.median()),
            against,
            alone ? "" : number(baseline.median()),
            alone ? "" : number(judged),
            goal,
            goal.verdict(judged),
            String.format(Locale.ROOT, "%.0f %%", 100 * spread));
  }

  private static String number(double value) {
    String format = value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : value >= .1 ? "%.2f" : "%.3f";
    return String.format(Locale.ROOT, format, value);
  }
}
