package org.ekkofs.store.jclouds;

import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.ekkofs.model.InvalidException;
import org.ekkofs.store.BucketAddress;
import org.ekkofs.store.ConnectionSettings;
import org.ekkofs.store.ObjectStore;

/** Opens remote stores. */
public final class RemoteStores {
  private static final String S3 = "s3";
  private static final String SWIFT = "swift";

  /** The kinds of stores there are. */
  public static final List<String> SCHEMES = List.of(S3, SWIFT);

  private RemoteStores() {}

  /**
   * Opens the store of a bucket that is there, with the credentials that the environment names.
   *
   * @param environment the environment variables
   * @throws InvalidException if credentials or settings are missing or make no sense
   * @throws org.ekkofs.model.NotFoundException if there is no such bucket
   * @throws org.ekkofs.model.RefusedException if the store does not accept the credentials
   * @throws org.ekkofs.model.StoreUnavailableException if it cannot be reached
   */
  public static ObjectStore open(
      BucketAddress address, ConnectionSettings settings, Map<String, String> environment) {
    return ready(store(address, settings, environment), RemoteObjectStore::requireBucket);
  }

  /** As {@link #open}, but makes the bucket if there is none. */
  public static ObjectStore create(
      BucketAddress address, ConnectionSettings settings, Map<String, String> environment) {
    return ready(store(address, settings, environment), RemoteObjectStore::createBucket);
  }

  private static ObjectStore ready(RemoteObjectStore store, Consumer<RemoteObjectStore> first) {
    try {
      first.accept(store);
      return store;
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
  }

  private static RemoteObjectStore store(
      BucketAddress address, ConnectionSettings settings, Map<String, String> variables) {
    Environment environment = new Environment(variables);
    try {
      return switch (address.scheme()) {
        case S3 ->
            new RemoteObjectStore(
                S3Bucket.of(
                    address.bucket(), AwsEnvironment.access(environment, settings), settings),
                address,
                Upload.SHA256,
                settings.connections());
        case SWIFT ->
            new RemoteObjectStore(
                SwiftBucket.of(
                    address.bucket(), OpenStackEnvironment.login(environment, settings), settings),
                address,
                Upload.MD5,
                settings.connections());
        default -> throw new InvalidException(address + ": no such kind of store");
      };
    } catch (UncheckedIOException e) {
      throw new Failures(address.toString()).explain(e, "log in");
    }
  }
}
