package org.ekkofs.benchmark;

import java.util.ArrayList;
import java.util.List;

/** What was measured, once per run. For one thread. */
final class Samples {
  private final List<Double> values = new ArrayList<>();

  /** Those of a list, in any order. */
  static Samples of(double... values) {
    Samples samples = new Samples();
    for (double value : values) {
      samples.add(value);
    }
    return samples;
  }

  void add(double value) {
    values.add(value);
  }

  /** The one in the middle; of an even number the mean of the two in the middle. */
  double median() {
    if (values.isEmpty()) {
      throw new IllegalStateException("nothing was measured");
    }
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  /** How far the highest lies from the lowest, as a part of the median; 0 where that is 0. */
  double spread() {
    double range =
        values.stream().mapToDouble(value -> value).max().orElse(0)
            - values.stream().mapToDouble(value -> value).min().orElse(0);
    return range == 0 ? 0 : range / median();
  }
}
