package org.ekkofs.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.ekkofs.model.CancelledException;
import org.ekkofs.testing.HandClock;
import org.junit.jupiter.api.Test;

class ProgressMeterTest {
  private static final long MIB = 1 << 20;

  private final HandClock clock = new HandClock();
  private final ProgressMeter meter = new ProgressMeter(clock);

  @Test
  void knowsNothingBeforeTheWorkBegins() {
    assertThat(meter.state().figures()).isEqualTo("0 %");
    assertThat(meter.state().remaining()).isEmpty();
  }

  @Test
  void tellsShareRateAndWhatRemains() {
    meter.begin("snapshot", 1000 * MIB);
    clock.advance(Duration.ofSeconds(2));
    meter.advance(400 * MIB);

    assertThat(meter.state().figures()).isEqualTo("40 %, 200 MiB/s, 3.0 s left");
    assertThat(meter.state().task()).isEqualTo("snapshot");
  }

  @Test
  void rateForgetsWhatIsLongAgo() {
    meter.begin("snapshot", 100_000 * MIB);
    clock.advance(Duration.ofHours(1));
    for (int second = 0; second < 20; second++) {
      meter.advance(100 * MIB);
      clock.advance(Duration.ofSeconds(1));
    }

    assertThat(meter.state().bytesPerSecond()).isBetween(85 * MIB, 105 * MIB);
  }

  @Test
  void anotherTaskBeginsAtZero() {
    meter.begin("read", 10);
    meter.advance(10);
    meter.begin("write", 10);

    assertThat(meter.state().percent()).isZero();
  }

  @Test
  void workWithoutBytesIsDoneAtOnce() {
    meter.begin("snapshot", 0);

    assertThat(meter.state().percent()).isEqualTo(100);
  }

  @Test
  void checkThrowsOnceCancelled() {
    meter.check();
    meter.cancel();

    assertThatThrownBy(meter::check).isInstanceOf(CancelledException.class);
  }
}
