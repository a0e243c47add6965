package org.ekkofs.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.ekkofs.model.StoreUnavailableException;
import org.ekkofs.model.TreeName;
import org.ekkofs.store.Body;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.testing.Await;
import org.ekkofs.testing.FaultyObjectStore.Effect;
import org.ekkofs.testing.FaultyObjectStore.Fault;
import org.ekkofs.testing.FaultyObjectStore.Operation;
import org.ekkofs.testing.ManyTrees;
import org.ekkofs.testing.TestRepository;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TreeReadsTest {
  private static final int TREES = 3 * TreeReads.AT_ONCE;

  @TempDir private Path dir;
  private TestRepository repository;

  @BeforeEach
  void makeTrees() {
    repository = TestRepository.create(dir);
    ManyTrees.write(repository.memory(), TREES, 2);
  }

  @AfterEach
  void close() {
    repository.faults().heal();
    repository.close();
  }

  private void damage(int tree) {
    repository
        .memory()
        .put(
            ObjectKey.of("trees", ManyTrees.name(tree).value(), "log", "%016d".formatted(3)),
            Body.of(new byte[] {7}));
  }

  private List<Tree> trees(List<TreeName> damaged) {
    return repository.repository().trees((name, failure) -> damaged.add(name));
  }

  @Test
  void treesComeInOrderAndTheDamagedAreNamed() {
    damage(5);
    damage(TREES - 1);
    List<TreeName> damaged = new ArrayList<>();

    List<Tree> trees = trees(damaged);

    assertThat(damaged).containsExactly(ManyTrees.name(5), ManyTrees.name(TREES - 1));
    assertThat(trees).extracting(Tree::name).hasSize(TREES - 2).isSorted();
    assertThat(trees).allMatch(tree -> tree.known().size() == 2);
  }

  @Test
  void manyTreesAreReadAtATime() {
    Fault stalled =
        repository
            .faults()
            .fail(
                Operation.LIST,
                prefix -> prefix.contains("/log"),
                1,
                TreeReads.AT_ONCE,
                Effect.STALL);

    CompletableFuture<List<Tree>> reading =
        CompletableFuture.supplyAsync(() -> trees(new ArrayList<>()));
    Await.until("requests under way", () -> stalled.fired() == TreeReads.AT_ONCE);
    stalled.release();
    assertThat(reading.join()).hasSize(TREES);
  }

  @Test
  void aStoreThatCannotBeAskedFailsTheReading() {
    repository
        .faults()
        .fail(Operation.LIST, prefix -> prefix.contains("/log"), 7, 7, Effect.FAIL_BEFORE);

    assertThatThrownBy(() -> trees(new ArrayList<>()))
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessageContaining("injected");
  }
}
