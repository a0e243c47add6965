package org.ekkofs.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.api.Test;

/** What the benchmark makes of what it has measured. */
class FiguresTest {
  @Test
  void theMedianIsTheOneInTheMiddle() {
    assertThat(Samples.of(9, 1, 2).median()).isEqualTo(2);
    assertThat(Samples.of(4, 1, 100, 2).median()).isEqualTo(3);
    assertThat(Samples.of(5).median()).isEqualTo(5);
  }

  @Test
  void nothingHasNoMedian() {
    assertThatIllegalStateException().isThrownBy(() -> new Samples().median());
  }

  @Test
  void theSpreadIsTheRangeByTheMedian() {
    assertThat(Samples.of(8, 10, 14).spread()).isEqualTo(.6);
    assertThat(Samples.of(0, 0).spread()).isZero();
  }

  @Test
  void theRatioIsOursByTheBaseline() {
    Row row = row(Samples.of(3, 1, 2), Samples.of(4, 4, 40), Goal.NONE);
    assertThat(row.ratio()).isEqualTo(.5);
  }

  @Test
  void aGoalIsMetUpToItsBound() {
    assertThat(Goal.atLeast(.8).isMetBy(.8)).isTrue();
    assertThat(Goal.atLeast(.8).isMetBy(.79)).isFalse();
    assertThat(Goal.atMost(1.2).isMetBy(1.2)).isTrue();
    assertThat(Goal.atMost(1.2).isMetBy(1.21)).isFalse();
    assertThat(Goal.atMost(1.2).isMetBy(Double.NaN)).isFalse();
    assertThat(Goal.NONE.verdict(7)).isEmpty();
  }

  @Test
  void aRowTellsTheRatioAndTheVerdict() {
    assertThat(row(Samples.of(50, 60, 70), Samples.of(120), Goal.atLeast(.8)))
        .hasToString("| work | MiB/s | 60.0 | other | 120 | 0.50 | ≥ 0.8 | **missed** | 33 % |");
    assertThat(Row.absolute("work", "s", Samples.of(.5), Goal.atMost(1)))
        .hasToString("| work | s | 0.50 |  |  |  | ≤ 1 | met | 0 % |");
  }

  private static Row row(Samples ours, Samples baseline, Goal goal) {
    return Row.ratio("work", "MiB/s", ours, "other", baseline, goal);
  }
}
