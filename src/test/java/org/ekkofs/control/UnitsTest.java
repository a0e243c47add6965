package org.ekkofs.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnitsTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0 B",
    "1023, 1023 B",
    "1024, 1.0 KiB",
    "10188, 9.9 KiB",
    "10189, 10 KiB",
    "1048575, 1.0 MiB",
    "136314880, 130 MiB",
    "6442450944, 6.0 GiB",
    "9223372036854775807, 8.0 EiB"
  })
  void bytesHaveTwoOrThreeDigits(long bytes, String text) {
    assertThat(Units.bytes(bytes)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0.0 s",
    "3100, 3.1 s",
    "12000, 12 s",
    "119999, 119 s",
    "300000, 5 min",
    "12000000, 3 h 20 min"
  })
  void timesAreInTheirLargestUnit(long millis, String text) {
    assertThat(Units.time(Duration.ofMillis(millis))).isEqualTo(text);
  }
}
