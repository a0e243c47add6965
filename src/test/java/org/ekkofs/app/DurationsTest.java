package org.ekkofs.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.ekkofs.model.InvalidException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {
  @ParameterizedTest
  @CsvSource({"0, PT0S", "90s, PT90S", "30m, PT30M", "12H, PT12H", "7d, PT168H", "0d, PT0S"})
  void readsWhatPeopleWrite(String text, Duration duration) {
    assertThat(Durations.parse(text)).isEqualTo(duration);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "12", "d", "-1d", "1.5h", "1w", "1 d", "36501d", "9999999999s"})
  void refusesEverythingElse(String text) {
    assertThatThrownBy(() -> Durations.parse(text))
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining("as in 12h");
  }
}
