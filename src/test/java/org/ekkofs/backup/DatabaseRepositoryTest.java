package org.ekkofs.backup;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import org.ekkofs.log.DatabaseLogStore;
import org.ekkofs.log.LogStore;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.BackupPath;
import org.ekkofs.model.LogPlace;
import org.ekkofs.model.RepositoryDescriptor;
import org.ekkofs.model.TreeName;
import org.ekkofs.store.ObjectSeal;
import org.ekkofs.store.ObjectStore;
import org.ekkofs.testing.Await;
import org.ekkofs.testing.MemoryLogTable;
import org.ekkofs.testing.MemoryObjectStore;
import org.ekkofs.testing.ModelDisk;
import org.ekkofs.testing.UnconditionalObjectStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A repository whose log is in a database. */
class DatabaseRepositoryTest {
  private static final TreeName WEB = new TreeName("web");
  private static final int CHECKPOINT_INTERVAL = 5;

  @TempDir Path folder;
  private final MemoryObjectStore memory = new MemoryObjectStore();
  private final MemoryLogTable table = new MemoryLogTable();

  private final class InTable implements Access {
    @Override
    public ObjectStore decrypted(RepositoryDescriptor descriptor, ObjectStore store) {
      return store;
    }

    @Override
    public LogStore logs(
        RepositoryDescriptor descriptor,
        ObjectStore objects,
        ExecutorService readers,
        LocalState local,
        Host host) {
      return new DatabaseLogStore(table.another(), objects, ObjectSeal.NONE);
    }
  }

  private Repository open(String cache) {
    Surroundings surroundings =
        new Surroundings(
            Clock.systemUTC(),
            Host.current(),
            point -> {},
            Threads.REAL,
            UUID::randomUUID,
            CHECKPOINT_INTERVAL);
    return Repository.open(
        new UnconditionalObjectStore(memory.another()),
        new InTable(),
        new LocalState(folder.resolve(cache)),
        surroundings);
  }

  @Test
  void checkpointsAreInTheStoreAndUsedByOtherHosts() {
    Repository.init(
        new UnconditionalObjectStore(memory),
        new RepositoryDescriptor(
            UUID.randomUUID(),
            Clock.systemUTC().instant(),
            new LogPlace.Database("postgresql://db/x"),
            false),
        () -> {});
    ModelDisk disk = ModelDisk.random(1 << 20, new Random(1));
    try (Repository repository = open("a")) {
      for (int n = 0; n < CHECKPOINT_INTERVAL; n++) {
        new Snapshots(repository)
            .take(
                disk.source(true),
                new SnapshotRequest(
                    new BackupPath(WEB, new BackupName("b" + n)),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty()),
                Progress.NONE);
      }
      Await.until("a checkpoint", () -> isListed("trees/web/checkpoints/"));
    }
    try (Repository repository = open("b")) {
      assertThat(repository.tree(WEB).visible()).hasSize(CHECKPOINT_INTERVAL);
    }
  }

  private boolean isListed(String prefix) {
    boolean[] found = new boolean[1];
    memory.list(prefix, object -> found[0] = true);
    return found[0];
  }
}
