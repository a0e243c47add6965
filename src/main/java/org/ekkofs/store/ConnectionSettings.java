package org.ekkofs.store;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How a remote store is reached.
 *
 * @param endpoint its address, unless the environment or the kind of store says it
 * @param region its region, unless the environment says it
 * @param caCertificates PEM file with the certificates that servers are trusted by, instead of the
 *     machine's
 * @param connections how many requests are under way at once at most
 * @param timeout how long a connection may take to be made, and an answer to come or go on
 */
public record ConnectionSettings(
    Optional<URI> endpoint,
    Optional<String> region,
    Optional<Path> caCertificates,
    int connections,
    Duration timeout) {
  /** Everything as the environment says; 32 connections, 30 seconds. */
  public static final ConnectionSettings DEFAULT =
      new ConnectionSettings(
          Optional.empty(), Optional.empty(), Optional.empty(), 32, Duration.ofSeconds(30));
}
