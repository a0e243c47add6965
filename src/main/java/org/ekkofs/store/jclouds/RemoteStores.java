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
  private static final String AZURE = "azure";
  private static final String GOOGLE = "gs";
  private static final String B2 = "b2";

  /** The kinds of stores there are. */
  public static final List<String> SCHEMES = List.of(S3, SWIFT, AZURE, GOOGLE, B2);

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
    try {
      Bucket bucket = bucket(address, settings, new Environment(variables));
      String hash = bucket instanceof S3Bucket ? Upload.SHA256 : Upload.MD5;
      return new RemoteObjectStore(bucket, address, hash, settings.connections());
    } catch (UncheckedIOException e) {
      throw new Failures(address.toString()).explain(e, "log in");
    }
  }

  private static Bucket bucket(
      BucketAddress address, ConnectionSettings settings, Environment environment) {
    String name = address.bucket();
    return switch (address.scheme()) {
      case S3 -> S3Bucket.of(name, AwsEnvironment.access(environment, settings), settings);
      case SWIFT ->
          SwiftBucket.of(name, OpenStackEnvironment.login(environment, settings), settings);
      case AZURE -> PortableBucket.of(name, PortableAccess.azure(environment, settings), settings);
      case GOOGLE ->
          PortableBucket.of(name, PortableAccess.google(environment, settings), settings);
      case B2 -> PortableBucket.of(name, PortableAccess.b2(environment, settings), settings);
      default -> throw new InvalidException(address + ": no such kind of store");
    };
  }
}
