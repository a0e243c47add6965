package org.ekkofs.app;

import java.util.Optional;
import org.ekkofs.store.ObjectStore;
import org.ekkofs.store.RetryPolicy;
import org.ekkofs.store.RetryingObjectStore;
import org.ekkofs.store.folder.FolderObjectStore;
import org.ekkofs.store.jclouds.RemoteStores;

/** Opens the stores that locations, options and the environment together mean. */
record Stores(StoreOptions options, World world) {
  /** The store of a repository that is there; what fails of a remote one is tried again. */
  ObjectStore open(RepositoryLocation location) {
    boolean remote = location instanceof RepositoryLocation.Bucket;
    return open(location, remote ? Optional.of(RetryPolicy.DEFAULT) : Optional.empty());
  }

  /** As {@link #open(RepositoryLocation)}, but tries again as long as is said here. */
  ObjectStore open(RepositoryLocation location, Optional<RetryPolicy> retry) {
    return retrying(options.throttled(world.around().apply(bare(location))), retry);
  }

  private ObjectStore bare(RepositoryLocation location) {
    if (location instanceof RepositoryLocation.Bucket bucket) {
      return RemoteStores.open(bucket.address(), options.connection(), world.environment());
    }
    return FolderObjectStore.open(location.folder().orElseThrow());
  }

  /** The store of a repository that is to be made. */
  ObjectStore create(RepositoryLocation location) {
    if (location instanceof RepositoryLocation.Bucket bucket) {
      ObjectStore store =
          RemoteStores.create(bucket.address(), options.connection(), world.environment());
      return retrying(options.throttled(store), Optional.of(RetryPolicy.DEFAULT));
    }
    return FolderObjectStore.create(location.folder().orElseThrow());
  }

  private static ObjectStore retrying(ObjectStore store, Optional<RetryPolicy> retry) {
    return retry.<ObjectStore>map(policy -> new RetryingObjectStore(store, policy)).orElse(store);
  }
}
