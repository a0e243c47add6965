package org.ekkofs.backup;

import java.util.concurrent.ExecutorService;
import org.ekkofs.log.LogStore;
import org.ekkofs.log.ObjectLogStore;
import org.ekkofs.model.LogPlace;
import org.ekkofs.model.RefusedException;
import org.ekkofs.model.RepositoryDescriptor;
import org.ekkofs.store.ObjectStore;

/** What it takes to open a repository beside its store: keys, and the way to its logs. */
public interface Access {
  /** To repositories that are not encrypted and keep their logs in the store. */
  Access PLAIN =
      new Access() {
        @Override
        public ObjectStore decrypted(RepositoryDescriptor descriptor, ObjectStore store) {
          if (descriptor.encrypted()) {
            throw new RefusedException("the repository is encrypted");
          }
          return store;
        }

        @Override
        public LogStore logs(
            RepositoryDescriptor descriptor,
            ObjectStore objects,
            ExecutorService readers,
            LocalState local,
            Host host) {
          if (!(descriptor.log() instanceof LogPlace.Store)) {
            throw new RefusedException("the repository does not keep its logs in its store");
          }
          return new ObjectLogStore(objects, readers);
        }
      };

  /**
   * Shows the repository's objects as they are meant.
   *
   * @param store closed with what is returned
   * @throws RefusedException if no key fits
   */
  ObjectStore decrypted(RepositoryDescriptor descriptor, ObjectStore store);

  /**
   * Where the repository's logs are.
   *
   * @param objects the repository's objects, as they are meant
   * @param readers where records can be read at once; shut down by the caller
   * @throws org.ekkofs.model.EkkofsException if they cannot be reached
   */
  LogStore logs(
      RepositoryDescriptor descriptor,
      ObjectStore objects,
      ExecutorService readers,
      LocalState local,
      Host host);
}
