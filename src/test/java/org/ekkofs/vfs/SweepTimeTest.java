package org.ekkofs.vfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SweepTimeTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  @ParameterizedTest
  @CsvSource({
    // An ordinary day: later on it, and once it has come, on the next.
    "2026-06-01T00:00:00Z, 2026-06-01T00:30:00Z",
    "2026-06-01T00:30:00Z, 2026-06-02T00:30:00Z",
    "2026-06-01T00:30:01Z, 2026-06-02T00:30:00Z",
    // On 29 March 02:30 is left out; it is 03:30 then.
    "2026-03-28T12:00:00Z, 2026-03-29T01:30:00Z",
    "2026-03-29T01:30:00Z, 2026-03-30T00:30:00Z",
    // On 25 October 02:30 comes twice.
    "2026-10-24T12:00:00Z, 2026-10-25T00:30:00Z",
    "2026-10-25T00:30:00Z, 2026-10-26T01:30:00Z",
    "2026-10-25T01:10:00Z, 2026-10-26T01:30:00Z"
  })
  void comesOnceADay(Instant after, Instant next) {
    assertThat(new SweepTime(LocalTime.of(2, 30), BERLIN).next(after)).isEqualTo(next);
  }

  @Test
  void neverStandsStill() {
    SweepTime time = new SweepTime(LocalTime.MIDNIGHT, ZoneOffset.UTC);
    Instant now = Instant.parse("2026-12-31T23:59:59Z");
    for (int day = 0; day < 3; day++) {
      assertThat(time.next(now)).isAfter(now);
      now = time.next(now);
    }
    assertThat(now).isEqualTo("2027-01-03T00:00:00Z");
  }
}
