package org.ekkofs.control;

import java.time.Duration;
import java.util.Locale;

/** Sizes and times as people read them. */
public final class Units {
  private static final String[] PREFIXES = {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};

  private Units() {}

  /** A number of bytes with a binary prefix and two or three digits: "512 B", "1.2 GiB". */
  public static String bytes(long bytes) {
    double value = bytes;
    int prefix = 0;
    while (value >= (prefix == 0 ? 1024 : 1023.5) && prefix < PREFIXES.length - 1) {
      value /= 1024;
      prefix++;
    }
    String number = prefix > 0 && value < 9.95 ? "%.1f" : "%.0f";
    return String.format(Locale.ROOT, number + " %sB", value, PREFIXES[prefix]);
  }

  /** A number of things: "1 chunk", "2 chunks". */
  public static String count(long number, String thing) {
    return number + " " + thing + (number == 1 ? "" : "s");
  }

  /** A length of time in its largest unit or two: "3.1 s", "43 s", "5 min", "3 h 20 min". */
  public static String time(Duration time) {
    if (time.toMillis() < 9_950) {
      return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
    }
    if (time.toSeconds() < 120) {
      return time.toSeconds() + " s";
    }
    if (time.toMinutes() < 120) {
      return time.toMinutes() + " min";
    }
    return "%d h %d min".formatted(time.toHours(), time.toMinutesPart());
  }
}
