package org.ekkofs.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.ekkofs.store.ObjectStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Small configurations in every order that is possible, and that a missing rule would be found. */
class ExplorationTest {
  private final Path folder = Seeds.folderInMemory();

  @AfterEach
  void delete() {
    Simulation.delete(folder);
  }

  private void explore(UnaryOperator<ObjectStore> mutation, boolean hastyPuts, Role... roles) {
    Exploration exploration = new Exploration(List.of(roles), hastyPuts, folder, mutation);
    try {
      exploration.run(Roles.template(folder));
    } finally {
      System.out.println(exploration);
    }
  }

  @Test
  void writerWhoseParentIsDeletedBesideASweep() {
    explore(
        UnaryOperator.identity(), true, Roles.child().underWay(), Roles.deleter(), Roles.sweeper());
  }

  @Test
  void writersThatRaceForAName() {
    explore(UnaryOperator.identity(), true, Roles.child(), Roles.rival());
  }

  @Test
  void deletionThatIsTakenBackBesideASweep() {
    explore(UnaryOperator.identity(), true, Roles.undeleter(), Roles.sweeper());
  }

  @ParameterizedTest
  @EnumSource(
      value = Mutant.class,
      names = {"NO_INTENT", "NOTHING_IS_PINNED", "UNREADABLE_IS_EMPTY", "EXISTING_IS_OWN"})
  void everyRuleIsNeeded(Mutant mutant) {
    assertThatThrownBy(
            () -> explore(mutant.view(), true, Roles.child(), Roles.deleter(), Roles.sweeper()))
        .isInstanceOfSatisfying(Loss.class, loss -> assertThat(mutant.explains(loss)).isTrue());
  }
}
