package org.ekkofs.vfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.ekkofs.testing.HandClock;
import org.junit.jupiter.api.Test;

/** When a disk is read so much that a local copy pays. */
class FillRuleTest {
  private static final long MIB = 1 << 20;

  private final HandClock clock = new HandClock();

  @Test
  void moreThanHalfOfTheDataIsEnough() {
    FillRule rule = new FillRule(clock, 100 * MIB);
    assertThat(rule.read(30 * MIB)).isFalse();
    assertThat(rule.read(20 * MIB)).isFalse();
    assertThat(rule.read(1)).isTrue();
  }

  @Test
  void ofLargeDisksFourGibibytesAreEnough() {
    FillRule rule = new FillRule(clock, 1L << 40);
    assertThat(rule.read(4L << 30)).isFalse();
    assertThat(rule.read(1)).isTrue();
  }

  @Test
  void whatWasReadMoreThanAnHourAgoDoesNotCount() {
    FillRule rule = new FillRule(clock, 100 * MIB);
    assertThat(rule.read(40 * MIB)).isFalse();
    clock.advance(Duration.ofMinutes(61));
    assertThat(rule.read(40 * MIB)).isFalse();
    clock.advance(Duration.ofMinutes(50));
    assertThat(rule.read(11 * MIB)).isTrue();
  }

  @Test
  void slowReadersNeverGetThere() {
    FillRule rule = new FillRule(clock, 100 * MIB);
    for (int hour = 0; hour < 100; hour++) {
      assertThat(rule.read(20 * MIB)).isFalse();
      clock.advance(Duration.ofMinutes(31));
    }
  }

  @Test
  void countingBeginsAnewOnceItWasEnough() {
    FillRule rule = new FillRule(clock, 100 * MIB);
    assertThat(rule.read(60 * MIB)).isTrue();
    assertThat(rule.read(40 * MIB)).isFalse();
    assertThat(rule.read(20 * MIB)).isTrue();
  }
}
