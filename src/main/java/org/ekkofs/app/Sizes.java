package org.ekkofs.app;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ekkofs.control.Units;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.Names;

/** Numbers of bytes as people write them, in binary units, and of things. */
final class Sizes {
  private static final String UNITS = "KMGTPE";
  private static final int MAX_DIGITS = 18;
  private static final Pattern SIZE =
      Pattern.compile("([0-9]{1," + MAX_DIGITS + "})(?:([" + UNITS + "])(?:iB)?)?");

  private Sizes() {}

  /**
   * Reads {@code 512}, {@code 512K}, {@code 10G}, {@code 10GiB}, in either case.
   *
   * @throws InvalidException if it is anything else, or more than a long holds
   */
  static long parse(String text) {
    Matcher matcher = SIZE.matcher(normal(text));
    if (!matcher.matches()) {
      throw notASize(text);
    }
    long number = Long.parseLong(matcher.group(1));
    String unit = matcher.group(2);
    int shift = unit == null ? 0 : 10 * (UNITS.indexOf(unit) + 1);
    if (number > Long.MAX_VALUE >> shift) {
      throw notASize(text);
    }
    return number << shift;
  }

  private static String normal(String text) {
    return text.toUpperCase(Locale.ROOT).replace("IB", "iB");
  }

  private static InvalidException notASize(String text) {
    return new InvalidException(
        "\"%s\" is not a size: write a number of bytes, or one with K, M, G or T, as in 512M"
            .formatted(Names.printable(text)));
  }

  /** A number of things: {@code 1 chunk}, {@code 2 chunks}. */
  static String count(long number, String thing) {
    return Units.count(number, thing);
  }
}
