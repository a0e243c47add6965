package org.ekkofs.store.jclouds;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where an S3 store is and how it is signed for.
 *
 * @param authorities the certificates to trust instead of the machine's
 */
record S3Access(
    URI endpoint,
    String region,
    String accessKey,
    String secretKey,
    Optional<String> sessionToken,
    Optional<Path> authorities) {
  private static final String AMAZON = "amazonaws.com";

  /** Whether the store is Amazon's, where regions mean something. */
  boolean isAmazon() {
    String host = String.valueOf(endpoint.getHost());
    return host.endsWith("." + AMAZON) || host.endsWith("." + AMAZON + ".cn");
  }

  /** Without secrets. */
  @Override
  public String toString() {
    return "S3 at " + endpoint;
  }
}
