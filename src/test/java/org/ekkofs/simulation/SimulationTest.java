package org.ekkofs.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Some runs of the simulation, that it repeats itself, and that it would find what it looks for.
 */
class SimulationTest {
  private static final Duration NO_LIMIT = Duration.ofDays(1);

  @Test
  void nothingIsLost() throws InterruptedException {
    try (Seeds seeds = new Seeds(UnaryOperator.identity())) {
      Optional<Seeds.Found> found = seeds.find(1_000_000, 200, NO_LIMIT, loss -> true);
      if (found.isPresent()) {
        throw new AssertionError(seeds.report(found.get()));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = LogHome.class,
      names = {"DATABASE", "DATABASE_AND_CONDITIONAL_STORE"})
  void nothingIsLostWithTheLogInADatabase(LogHome home) throws InterruptedException {
    try (Seeds seeds = new Seeds(UnaryOperator.identity(), home)) {
      Optional<Seeds.Found> found = seeds.find(2_000_000, 200, NO_LIMIT, loss -> true);
      if (found.isPresent()) {
        throw new AssertionError(seeds.report(found.get()));
      }
    }
  }

  @Test
  void recordsMustNotBeActedOnBeforeTheirCopiesAreThere() throws InterruptedException {
    try (Seeds seeds = new Seeds(UnaryOperator.identity(), LogHome.DATABASE_WITHOUT_CARE)) {
      assertThat(seeds.find(1, 3_000, NO_LIMIT, loss -> true)).isPresent();
    }
  }

  @Test
  void seedDoesTheSameEachTime() throws InterruptedException {
    try (Seeds seeds = new Seeds(UnaryOperator.identity())) {
      for (long seed = 1; seed <= 20; seed++) {
        List<String> first = seeds.trace(seed);
        assertThat(first).hasSizeGreaterThan(50);
        assertThat(seeds.trace(seed)).as("seed %d", seed).isEqualTo(first);
      }
    }
  }

  @Test
  void choicesDoWhatTheirSeedDoes() throws InterruptedException {
    ExecutorService threads = Executors.newCachedThreadPool();
    Path folder = Seeds.folderInMemory();
    try {
      Simulation simulation =
          new Simulation(folder, threads, new Tally(), UnaryOperator.identity());
      Choices random = Choices.random(7);
      List<String> first = new ArrayList<>();
      simulation.run(random, first::add);
      List<String> second = new ArrayList<>();
      simulation.run(Choices.replay(random.made()), second::add);
      assertThat(second).isEqualTo(first);
    } finally {
      threads.shutdownNow();
      Simulation.delete(folder);
    }
  }

  @ParameterizedTest
  @EnumSource(Mutant.class)
  void everyRuleIsNeeded(Mutant mutant) throws InterruptedException {
    try (Seeds seeds = new Seeds(mutant.view())) {
      Optional<Seeds.Found> found = seeds.find(1, 3_000, NO_LIMIT, mutant::explains);
      assertThat(found).as("a loss without the rule").isPresent();
      System.out.println(mutant + ": " + found.get());
    }
  }
}
