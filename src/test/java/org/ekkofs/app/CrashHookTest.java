package org.ekkofs.app;

import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.ekkofs.backup.CrashPoint;
import org.ekkofs.model.InvalidException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CrashHookTest {
  @Test
  void survivesOtherPointsAndEarlierTimes() {
    assertThatNoException()
        .isThrownBy(
            () -> {
              var hook = CrashHook.parse("BETWEEN_CHUNKS:3");
              hook.accept(CrashPoint.BETWEEN_CHUNKS);
              hook.accept(CrashPoint.BETWEEN_CHUNKS);
              hook.accept(CrashPoint.AFTER_INTENT);
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"NOWHERE", "AFTER_INTENT:", "AFTER_INTENT:0", "AFTER_INTENT:x", ":1"})
  void refusesWhatIsNoCrashPoint(String wish) {
    assertThatThrownBy(() -> CrashHook.parse(wish)).isInstanceOf(InvalidException.class);
  }
}
