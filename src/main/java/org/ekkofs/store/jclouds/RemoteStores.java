package org.ekkofs.store.jclouds;

import java.util.List;
import java.util.Map;
import org.ekkofs.model.InvalidException;
import org.ekkofs.store.BucketAddress;
import org.ekkofs.store.ConnectionSettings;
import org.ekkofs.store.ObjectStore;

/** Opens remote stores. */
public final class RemoteStores {
  /** The kinds of stores there are. */
  public static final List<String> SCHEMES = List.of("s3", "swift");

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
    return unknown(address);
  }

  /** As {@link #open}, but makes the bucket if there is none. */
  public static ObjectStore create(
      BucketAddress address, ConnectionSettings settings, Map<String, String> environment) {
    return unknown(address);
  }

  private static ObjectStore unknown(BucketAddress address) {
    throw new InvalidException(address + ": no such kind of store");
  }
}
