package org.ekkofs.log.postgresql;

import java.util.UUID;
import org.ekkofs.log.DatabaseLogStore;
import org.ekkofs.log.LogStore;
import org.ekkofs.store.ObjectSeal;
import org.ekkofs.testing.LogStoreContract;
import org.ekkofs.testing.MemoryObjectStore;
import org.ekkofs.testing.PostgresServer;
import org.ekkofs.testing.UnconditionalObjectStore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The contract of logs, in a real database. */
class DatabaseLogsIT extends LogStoreContract {
  private static PostgresServer server;

  private final UUID repository = UUID.randomUUID();
  private final MemoryObjectStore store = new MemoryObjectStore();

  @BeforeAll
  static void start() {
    server = PostgresServer.start();
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
    }
  }

  @Override
  protected LogStore open() {
    PostgresTable table =
        new PostgresTable(
            DatabaseAddress.parse(server.address()), server.environment(), repository);
    table.make();
    return new DatabaseLogStore(
        table, new UnconditionalObjectStore(store.another()), ObjectSeal.NONE);
  }
}
