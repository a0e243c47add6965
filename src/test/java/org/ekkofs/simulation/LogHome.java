package org.ekkofs.simulation;

import java.util.concurrent.ExecutorService;
import org.ekkofs.backup.Access;
import org.ekkofs.backup.Host;
import org.ekkofs.backup.LocalState;
import org.ekkofs.log.DatabaseLogStore;
import org.ekkofs.log.LogStore;
import org.ekkofs.model.RepositoryDescriptor;
import org.ekkofs.store.ObjectSeal;
import org.ekkofs.store.ObjectStore;
import org.ekkofs.testing.UnconditionalObjectStore;

/** Where the log of a simulated repository lives. */
enum LogHome {
  /** In the store. */
  STORE,
  /** In a database, with copies in a store that has no create-if-absent. */
  DATABASE,
  /** In a database, with copies in a store that has one. */
  DATABASE_AND_CONDITIONAL_STORE,
  /** In a database of which everybody believes that the store has all copies. */
  DATABASE_WITHOUT_CARE;

  /** How a process gets to the log. */
  Access access(Process process) {
    return this == STORE ? Access.PLAIN : new ThroughTable(this, process);
  }

  private record ThroughTable(LogHome home, Process process) implements Access {
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
      return new DatabaseLogStore(
          new SimulatedTable(process, home == DATABASE_WITHOUT_CARE),
          home == DATABASE_AND_CONDITIONAL_STORE ? objects : new UnconditionalObjectStore(objects),
          ObjectSeal.NONE);
    }
  }
}
