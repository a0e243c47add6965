package org.ekkofs.log;

import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.ekkofs.model.LogPlace;
import org.ekkofs.store.ObjectSeal;
import org.ekkofs.store.ObjectStore;
import org.ekkofs.store.folder.FolderObjectStore;
import org.ekkofs.testing.LogStoreContract;
import org.ekkofs.testing.MemoryLogTable;
import org.ekkofs.testing.MemoryObjectStore;
import org.ekkofs.testing.UnconditionalObjectStore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/** The contract, wherever logs may lie but in a real database. */
class StoredLogsTest {
  private static final ExecutorService READERS = Executors.newFixedThreadPool(4);

  @AfterAll
  static void stopReaders() {
    READERS.shutdownNow();
  }

  @Nested
  class InMemory extends LogStoreContract {
    private final MemoryObjectStore store = new MemoryObjectStore();

    @Override
    protected LogStore open() {
      return new ObjectLogStore(store.another(), READERS);
    }
  }

  @Nested
  class InFolder extends LogStoreContract {
    @TempDir private Path folder;
    private Optional<ObjectStore> store = Optional.empty();

    @Override
    protected synchronized LogStore open() {
      if (store.isEmpty()) {
        store = Optional.of(FolderObjectStore.create(folder.resolve("repository")));
      }
      return new ObjectLogStore(FolderObjectStore.open(folder.resolve("repository")), READERS);
    }
  }

  @Nested
  class WithOneWritingHost extends LogStoreContract {
    private final LogPlace.SingleWriter self = new LogPlace.SingleWriter("this");
    private final MemoryObjectStore store = new MemoryObjectStore();
    private final HostLock lock = HostLock.of(UUID.randomUUID());

    @Override
    protected LogStore open() {
      ObjectStore unconditional = new UnconditionalObjectStore(store.another());
      return new SingleWriterLogStore(unconditional, READERS, self, () -> self, lock);
    }
  }

  @Nested
  class InTable extends LogStoreContract {
    private final MemoryLogTable table = new MemoryLogTable();
    private final MemoryObjectStore store = new MemoryObjectStore();

    @Override
    protected LogStore open() {
      return new DatabaseLogStore(
          table.another(), new UnconditionalObjectStore(store.another()), ObjectSeal.NONE);
    }
  }
}
