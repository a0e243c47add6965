package org.ekkofs.vfs;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;

/**
 * A time of day.
 *
 * @param zone where it is that time
 */
public record SweepTime(LocalTime time, ZoneId zone) {
  /**
   * When it is that time next, once a day: where clocks are put forward past it, as much later as
   * they are put forward; where they are put back to before it, the first time.
   */
  Instant next(Instant after) {
    LocalDate day = after.atZone(zone).toLocalDate();
    Instant today = on(day);
    return today.isAfter(after) ? today : on(day.plusDays(1));
  }

  private Instant on(LocalDate day) {
    return day.atTime(time).atZone(zone).toInstant();
  }
}
