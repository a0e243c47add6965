package org.ekkofs.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Random;
import org.ekkofs.endtoend.Crowd.Fate;
import org.ekkofs.testing.Ekkofs;
import org.ekkofs.testing.ModelDisk;
import org.ekkofs.testing.TestRepository;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Several writers, a deleter and two sweepers at once, each a process, killed and stopped at random
 * moments. {@code -Dekkofs.crowd.rounds=1000} goes on for longer, {@code -Dekkofs.crowd.seed=2} in
 * another way.
 */
class CrowdIT {
  private static final int ROUNDS = Integer.getInteger("ekkofs.crowd.rounds", 2);
  private static final long SEED = Long.getLong("ekkofs.crowd.seed", 1);
  private static final int TICKS = 200;
  private static final int DISK_BYTES = 4 << 20;

  @TempDir Path folder;

  @Test
  @Tag("long")
  void nothingIsLostAndNothingIsLeftBehind() throws Exception {
    Path repository = folder.resolve("repository");
    Ekkofs ekkofs = new Ekkofs(repository, folder.resolve("scratch"));
    ekkofs.run("init").ok();
    Random random = new Random(SEED);
    Holdings holdings = new Holdings(ModelDisk.random(DISK_BYTES, random));
    Path first =
        TestRepository.file(folder.resolve("first.raw"), holdings.make("first", "", random));
    ekkofs.run("snapshot", first.toString(), "web/first", "--segment-size", "256K").ok();
    holdings.finished("first");
    try (WatchedTree tree =
            new WatchedTree(repository, TestRepository.TREE, folder.resolve("watcher"));
        Crowd crowd = new Crowd(ekkofs, folder, tree, holdings, SEED)) {
      for (int round = 0; round < ROUNDS; round++) {
        crowd.riot(TICKS);
        holdings.requireAll(tree);
        ekkofs.run("sweep", "web", "--now").ok();
        tree.assertNothingElseIsLeft();
        holdings.requireAll(tree);
      }
      System.out.println(crowd.fates());
      assertThat(crowd.fates()).containsKeys(Fate.KILLED, Fate.STOPPED, Fate.DIED_AT_A_CRASH_POINT);
    }
    assertThat(ekkofs.run("verify", "--read-data").ok().out()).contains("all is well");
  }
}
