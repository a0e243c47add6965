package org.ekkofs.app;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.Names;

/** Lengths of time as people write them. */
final class Durations {
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})([smhd])|0");
  private static final Duration LONGEST = Duration.ofDays(36_500);

  private Durations() {}

  /**
   * Reads {@code 90s}, {@code 30m}, {@code 12h}, {@code 7d} and {@code 0}, in either case.
   *
   * @throws InvalidException if it is anything else, or more than a hundred years
   */
  static Duration parse(String text) {
    Matcher matcher = DURATION.matcher(text.toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw notADuration(text);
    }
    Duration duration = matcher.group(1) == null ? Duration.ZERO : duration(matcher);
    if (duration.compareTo(LONGEST) > 0) {
      throw notADuration(text);
    }
    return duration;
  }

  private static Duration duration(Matcher matcher) {
    long number = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "s" -> Duration.ofSeconds(number);
      case "m" -> Duration.ofMinutes(number);
      case "h" -> Duration.ofHours(number);
      default -> Duration.ofDays(number);
    };
  }

  private static InvalidException notADuration(String text) {
    return new InvalidException(
        "\"%s\" is not a length of time: write a number with s, m, h or d, as in 12h"
            .formatted(Names.printable(text)));
  }
}
