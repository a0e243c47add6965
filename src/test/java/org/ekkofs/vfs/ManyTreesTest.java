package org.ekkofs.vfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.ekkofs.testing.Await;
import org.ekkofs.testing.FaultyObjectStore.Effect;
import org.ekkofs.testing.FaultyObjectStore.Fault;
import org.ekkofs.testing.FaultyObjectStore.Operation;
import org.ekkofs.testing.ManyTrees;
import org.ekkofs.testing.ModelDisk;
import org.ekkofs.testing.TestRepository;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManyTreesTest {
  private static final int TREES = 1000;
  private static final String LOG_OF_THE_FIRST = "trees/" + ManyTrees.name(0) + "/log/";

  @TempDir private Path dir;
  private TestRepository repository;
  private Mounted mounted;

  private void mount(int trees) {
    repository = Mounted.repository(dir);
    ManyTrees.write(repository.memory(), trees, 2);
    mounted = Mounted.of(repository);
    repository.counts().reset();
  }

  @AfterEach
  void unmount() {
    repository.faults().heal();
    mounted.close();
  }

  private Fault stall(String prefix, int times) {
    return repository
        .faults()
        .fail(Operation.GET, key -> key.startsWith(prefix), 1, times, Effect.STALL);
  }

  private List<TreeDirectory> directories() {
    return IntStream.range(0, TREES)
        .mapToObj(number -> mounted.tree.root().lookup(ManyTrees.name(number).value()))
        .map(found -> (TreeDirectory) found.orElseThrow())
        .toList();
  }

  @Test
  void aThousandTreesShowInOrder() {
    mount(TREES);

    List<String> names =
        mounted.tree.root().list().stream().map(DirectoryNode.Entry::name).toList();
    assertThat(names).hasSize(TREES + 1).endsWith("control");
    assertThat(names.subList(0, TREES))
        .containsExactlyElementsOf(
            IntStream.range(0, TREES).mapToObj(number -> ManyTrees.name(number).value()).toList());
    assertThat(directories()).allMatch(tree -> tree.list().size() == 3);
  }

  @Test
  void aRefreshAsksOnceForEachTreeAndOnceForTheirNames() {
    mount(TREES);
    List<TreeView> before = directories().stream().map(TreeDirectory::view).toList();

    mounted.tree.refreshNow();

    assertThat(repository.counts().count("get")).isEqualTo(TREES);
    assertThat(repository.counts().count("children")).isOne();
    assertThat(repository.counts().count("list")).isZero();
    List<TreeView> after = directories().stream().map(TreeDirectory::view).toList();
    for (int number = 0; number < TREES; number++) {
      assertThat(after.get(number)).isSameAs(before.get(number));
    }
  }

  @Test
  void aRefreshAsksForManyTreesAtATime() {
    mount(2 * LiveTrees.READERS);
    Fault stalled = stall("trees/", LiveTrees.READERS);

    CompletableFuture<Void> refresh = CompletableFuture.runAsync(mounted.tree::refreshNow);
    Await.until("requests under way", () -> stalled.fired() == LiveTrees.READERS);
    stalled.release();
    refresh.join();
  }

  @Test
  void treesThatAppearAreReadManyAtATime() {
    mount(0);
    ManyTrees.write(repository.memory(), 2 * LiveTrees.READERS, 1);
    Fault stalled = stall("trees/", LiveTrees.READERS / 2);

    CompletableFuture<Void> refresh = CompletableFuture.runAsync(mounted.tree::refreshNow);
    Await.until("requests under way", () -> stalled.fired() == LiveTrees.READERS / 2);
    stalled.release();
    refresh.join();
    assertThat(mounted.tree.root().list()).hasSize(2 * LiveTrees.READERS + 1);
  }

  @Test
  void whatAJobDoesShowsThoughAnotherTreeCannotBeRead() throws InterruptedException {
    mount(3);
    Path disk = TestRepository.file(dir.resolve("disk"), ModelDisk.full(100_000, new Random(5)));
    Fault stalled = stall(LOG_OF_THE_FIRST, 1);
    CompletableFuture<Void> refresh = CompletableFuture.runAsync(mounted.tree::refreshNow);
    stalled.awaitReached();

    mounted.write("job", "snapshot %s web/new\n".formatted(disk));
    assertThat(Mounted.cat(mounted.job("job.done"))).startsWith("done: ");
    assertThat(mounted.web().lookup("new.raw")).isPresent();
    mounted.write("other", "delete %s/%s\n".formatted(ManyTrees.name(1), "backup-0"));
    assertThat(Mounted.cat(mounted.job("other.done"))).startsWith("done: ");
    DirectoryNode second =
        (DirectoryNode) mounted.tree.root().lookup(ManyTrees.name(1).value()).orElseThrow();
    assertThat(second.list()).hasSize(2);

    stalled.release();
    refresh.join();
  }
}
