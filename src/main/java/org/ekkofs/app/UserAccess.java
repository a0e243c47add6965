package org.ekkofs.app;

import java.util.concurrent.ExecutorService;
import org.ekkofs.backup.Access;
import org.ekkofs.backup.Host;
import org.ekkofs.backup.LocalState;
import org.ekkofs.log.LogStore;
import org.ekkofs.model.RepositoryDescriptor;
import org.ekkofs.store.ObjectStore;

/** The keys and ways that the user has given, by the environment or at a prompt. */
record UserAccess(Context context) implements Access {
  @Override
  public ObjectStore decrypted(RepositoryDescriptor descriptor, ObjectStore store) {
    return PLAIN.decrypted(descriptor, store);
  }

  @Override
  public LogStore logs(
      RepositoryDescriptor descriptor,
      ObjectStore objects,
      ExecutorService readers,
      LocalState local,
      Host host) {
    return new LogPlaces(context.environment())
        .open(descriptor, objects, readers, host.self().host());
  }
}
