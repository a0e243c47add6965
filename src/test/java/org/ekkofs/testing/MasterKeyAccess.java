package org.ekkofs.testing;

import java.security.SecureRandom;
import java.time.Clock;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import org.ekkofs.backup.Access;
import org.ekkofs.backup.Host;
import org.ekkofs.backup.LocalState;
import org.ekkofs.backup.Repository;
import org.ekkofs.encryption.EncryptedObjectStore;
import org.ekkofs.encryption.MasterKey;
import org.ekkofs.log.LogStore;
import org.ekkofs.model.LogPlace;
import org.ekkofs.model.RepositoryDescriptor;
import org.ekkofs.store.ObjectStore;

/** The way into an encrypted repository for whoever has its master key. */
public record MasterKeyAccess(MasterKey master) implements Access {
  /** Makes an encrypted repository. */
  public static MasterKeyAccess init(ObjectStore store) {
    UUID id = UUID.randomUUID();
    MasterKey master = MasterKey.random(id, new SecureRandom());
    RepositoryDescriptor descriptor =
        new RepositoryDescriptor(id, Clock.systemUTC().instant(), LogPlace.STORE, true);
    Repository.init(store, master.prove(descriptor), () -> {});
    return new MasterKeyAccess(master);
  }

  @Override
  public ObjectStore decrypted(RepositoryDescriptor descriptor, ObjectStore store) {
    master.check(descriptor);
    return new EncryptedObjectStore(store, master, new SecureRandom());
  }

  @Override
  public LogStore logs(
      RepositoryDescriptor descriptor,
      ObjectStore objects,
      ExecutorService readers,
      LocalState local,
      Host host) {
    return PLAIN.logs(descriptor, objects, readers, local, host);
  }
}
