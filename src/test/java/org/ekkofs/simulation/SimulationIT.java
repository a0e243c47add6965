package org.ekkofs.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.ekkofs.backup.CrashPoint;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Ten thousand simulated runs, and two thousand with the log in a database. With {@code
 * -Dekkofs.simulation.seconds=3600} as many as there is time for, half of it for each, with seeds
 * that were not tried before; with {@code -Dekkofs.simulation.seed=N} the run of one seed, and all
 * that happens in it.
 */
@Tag("long")
class SimulationIT {
  private static final int RUNS = 10_000;
  private static final int RUNS_WITH_DATABASE = 2_000;
  private static final Duration NO_LIMIT = Duration.ofDays(1);

  @Test
  void nothingIsLost() throws InterruptedException {
    run(LogHome.STORE, RUNS);
  }

  @Test
  void nothingIsLostWithTheLogInADatabase() throws InterruptedException {
    run(LogHome.DATABASE, RUNS_WITH_DATABASE);
  }

  private static void run(LogHome home, int runs) throws InterruptedException {
    Long seed = Long.getLong("ekkofs.simulation.seed");
    Integer seconds = Integer.getInteger("ekkofs.simulation.seconds");
    try (Seeds seeds = new Seeds(UnaryOperator.identity(), home)) {
      if (seed != null) {
        seeds.trace(seed).forEach(System.out::println);
        run(seeds, seed, 1, NO_LIMIT);
      } else if (seconds != null) {
        run(
            seeds,
            System.currentTimeMillis() * 1000,
            Long.MAX_VALUE >> 1,
            Duration.ofSeconds(seconds / 2));
      } else {
        run(seeds, 1, runs, NO_LIMIT);
        if (runs == RUNS) {
          assertThat(seeds.tally().seen()).containsAll(worthRunning());
        }
      }
    }
  }

  private static void run(Seeds seeds, long first, long count, Duration time)
      throws InterruptedException {
    System.out.printf("seeds from %d%n", first);
    Optional<Seeds.Found> found = seeds.find(first, count, time, loss -> true);
    System.out.println(seeds.tally());
    if (found.isPresent()) {
      throw new AssertionError(seeds.report(found.get()));
    }
  }

  /** If one of these never happened, the runs do not show what they are to show. */
  private static List<String> worthRunning() {
    List<String> events = new ArrayList<>();
    for (Fault fault : Fault.values()) {
      events.add("fault " + fault);
    }
    // Nothing is verified in these runs, and no machine backed up.
    for (CrashPoint point : EnumSet.complementOf(EnumSet.of(CrashPoint.BETWEEN_SEGMENTS))) {
      if (!point.isLive()) {
        events.add("crash " + point);
      }
    }
    for (String done :
        List.of(
            "a snapshot",
            "a sweep",
            "its deletion",
            "its return",
            "its revocation",
            "a copy",
            "a copy gone on with")) {
      events.add("done: " + done);
    }
    events.addAll(List.of("ended VISIBLE", "ended SWEPT", "ended REVOKED"));
    return events;
  }
}
