package org.ekkofs.app;

import java.time.Instant;
import java.time.ZoneId;

/** Moments as people read them. */
final class Times {
  private Times() {}

  /** Date and time of day in the zone, to the second: {@code 2026-11-23 14:05:09}. */
  static String format(Instant time, ZoneId zone) {
    return "%tF %<tT".formatted(time.atZone(zone));
  }

  /** The same with the zone's offset: {@code 2026-11-23 14:05:09 +0100}. */
  static String formatWithOffset(Instant time, ZoneId zone) {
    return "%tF %<tT %<tz".formatted(time.atZone(zone));
  }
}
