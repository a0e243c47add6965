package org.ekkofs.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;

/**
 * Where everything that is left open in a run is decided: whose turn it is, what fails, what is
 * done. The same choices make the same run. For one thread at a time.
 */
final class Choices {
  private final IntUnaryOperator source;
  private final List<Integer> made = new ArrayList<>();

  private Choices(IntUnaryOperator source) {
    this.source = source;
  }

  /** Decides at random, from this seed. */
  static Choices random(long seed) {
    return new Choices(new SplittableRandom(seed)::nextInt);
  }

  /** Decides as it was decided before, and for the first possibility once that ends. */
  static Choices replay(List<Integer> before) {
    int[] next = {0};
    return new Choices(bound -> next[0] < before.size() ? before.get(next[0]++) % bound : 0);
  }

  /** One of 0 to {@code bound - 1}. */
  int below(int bound) {
    int choice = bound == 1 ? 0 : source.applyAsInt(bound);
    if (bound > 1) {
      made.add(choice);
    }
    return choice;
  }

  /** One of these. */
  <T> T of(List<T> possibilities) {
    return possibilities.get(below(possibilities.size()));
  }

  /** True in {@code percent} of 100 cases. */
  boolean percent(int percent) {
    return percent > 0 && below(100) < percent;
  }

  /** What was decided so far. */
  List<Integer> made() {
    return List.copyOf(made);
  }
}
