package org.ekkofs.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class ProgressLinesTest {
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private Instant now = Instant.EPOCH;

  @Test
  void showsALineEveryTenSecondsAndOneAtTheEnd() {
    Clock clock =
        new Clock() {
          @Override
          public ZoneId getZone() {
            return ZoneOffset.UTC;
          }

          @Override
          public Clock withZone(ZoneId zone) {
            return this;
          }

          @Override
          public Instant instant() {
            return now;
          }
        };
    try (ProgressLines lines =
        new ProgressLines(new PrintStream(written, true, StandardCharsets.UTF_8), clock)) {
      lines.begin("snapshot", 40 << 20);
      for (int second = 1; second <= 25; second++) {
        now = now.plus(Duration.ofSeconds(1));
        lines.advance(1 << 20);
      }
    }
    assertThat(written.toString(StandardCharsets.UTF_8).lines())
        .hasSize(3)
        .first()
        .asString()
        .startsWith("snapshot: 10 MiB of 40 MiB, 25 %");
  }
}
