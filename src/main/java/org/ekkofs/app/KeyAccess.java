package org.ekkofs.app;

import java.security.SecureRandom;
import org.ekkofs.backup.Host;
import org.ekkofs.backup.Repository;
import org.ekkofs.encryption.KeyRing;
import org.ekkofs.model.RefusedException;
import org.ekkofs.model.RepositoryDescriptor;
import org.ekkofs.store.ObjectStore;

/**
 * The keys of the repository that is meant.
 *
 * @param store as it is, not decrypted; closed with this
 */
record KeyAccess(Context context, ObjectStore store, RepositoryDescriptor descriptor)
    implements AutoCloseable {
  /**
   * Opens it.
   *
   * @throws RefusedException if it is not encrypted
   */
  static KeyAccess open(Context context) {
    ObjectStore store = context.stores().open(context.location());
    try {
      RepositoryDescriptor descriptor = Repository.describe(store);
      if (!descriptor.encrypted()) {
        throw new RefusedException(
            store.description() + " is not encrypted; only \"ekkofs init --encrypt\" makes it so");
      }
      return new KeyAccess(context, store, descriptor);
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
  }

  KeyRing ring() {
    return new KeyRing(store, descriptor.id(), new SecureRandom());
  }

  /** Takes the master key out with what the user gives. */
  KeyRing.Unlocked unlock() {
    return new UserAccess(context, true).unlock(descriptor, store);
  }

  static String host() {
    return Host.current().self().host();
  }

  @Override
  public void close() {
    store.close();
  }
}
