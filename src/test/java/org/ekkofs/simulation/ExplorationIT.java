package org.ekkofs.simulation;

import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Configurations of three and four processes in every order that is possible. The largest has more
 * than 25 million states, and is for {@code -Dekkofs.simulation.full=true}.
 */
@Tag("long")
class ExplorationIT {
  private final Path folder = Seeds.folderInMemory();

  @AfterEach
  void delete() {
    Simulation.delete(folder);
  }

  private void explore(boolean hastyPuts, Role... roles) {
    Exploration exploration =
        new Exploration(List.of(roles), hastyPuts, folder, UnaryOperator.identity());
    try {
      exploration.run(Roles.template(folder));
    } finally {
      System.out.println(exploration);
    }
  }

  @Test
  void writerDeletionSweep() {
    explore(true, Roles.child(), Roles.deleter(), Roles.sweeper());
  }

  @Test
  void twoWritersUnderWayDeletionSweep() {
    explore(
        true, Roles.child().underWay(), Roles.full().underWay(), Roles.deleter(), Roles.sweeper());
  }

  @Test
  void writerUnderWayDeletionTwoSweeps() {
    explore(true, Roles.child().underWay(), Roles.deleter(), Roles.sweeper(), Roles.otherSweeper());
  }

  @Test
  void writerUnderWayReturnSweep() {
    explore(true, Roles.child().underWay(), Roles.undeleter(), Roles.sweeper());
  }

  @Test
  void writerUnderWayRevocationDeletionSweep() {
    explore(false, Roles.child().underWay(), Roles.revoker(), Roles.deleter(), Roles.sweeper());
  }

  @Test
  void writersOfOneNameUnderWaySweep() {
    explore(false, Roles.child().underWay(), Roles.rival().underWay(), Roles.sweeper());
  }

  @Test
  @EnabledIfSystemProperty(named = "ekkofs.simulation.full", matches = "true")
  void twoWritersDeletionSweep() {
    explore(true, Roles.child(), Roles.full(), Roles.deleter(), Roles.sweeper());
  }
}
