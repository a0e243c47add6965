package org.ekkofs.benchmark;

import java.util.Locale;

/**
 * What a figure must reach: at least or at most so much.
 *
 * @param relation how the figure must stand to the bound
 * @param bound the bound
 */
record Goal(Relation relation, double bound) {
  /** For a figure that is only shown. */
  static final Goal NONE = new Goal(Relation.ANY, 0);

  /** How a figure must stand to a bound. */
  enum Relation {
    AT_LEAST("≥"),
    AT_MOST("≤"),
    ANY("");

    private final String sign;

    Relation(String sign) {
      this.sign = sign;
    }
  }

  static Goal atLeast(double bound) {
    return new Goal(Relation.AT_LEAST, bound);
  }

  static Goal atMost(double bound) {
    return new Goal(Relation.AT_MOST, bound);
  }

  /** Whether a figure is met; one that cannot be told (not a number) is missed. */
  boolean isMetBy(double figure) {
    return switch (relation) {
      case AT_LEAST -> figure >= bound;
      case AT_MOST -> figure <= bound;
      case ANY -> true;
    };
  }

  /** {@code met}, {@code missed}, or nothing where there is no goal. */
  String verdict(double figure) {
    if (relation == Relation.ANY) {
      return "";
    }
    return isMetBy(figure) ? "met" : "**missed**";
  }

  @Override
  public String toString() {
    return relation == Relation.ANY
        ? ""
        : relation.sign
            + " "
            + String.format(Locale.ROOT, "%.4g", bound).replaceFirst("\\.?0+$", "");
  }
}
