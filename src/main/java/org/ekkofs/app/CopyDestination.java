package org.ekkofs.app;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Where copies go, and what differs on the way there. */
final class CopyDestination {
  @Option(
      names = "--to",
      paramLabel = "REPOSITORY",
      required = true,
      description = "The other repository, which \"ekkofs init\" has made.")
  private String location = "";

  @Option(
      names = "--to-endpoint",
      paramLabel = "URL",
      description = "Where its store is; as --endpoint if left out.")
  private Optional<URI> endpoint = Optional.empty();

  @Option(
      names = "--to-region",
      paramLabel = "REGION",
      description = "Its region; as --region if left out.")
  private Optional<String> region = Optional.empty();

  @Option(
      names = "--to-cacert",
      paramLabel = "FILE",
      description = "Its certificates; as --cacert if left out.")
  private Optional<Path> caCertificates = Optional.empty();

  @Option(
      names = "--to-unencrypted",
      description = "It is not encrypted, and that is right though a passphrase is set.")
  private boolean unencrypted;

  /** A context in which the destination is the repository that is meant. */
  Context context(Context here) {
    return here.elsewhere(
        location,
        new StoreOptions.Changes(endpoint, region, caCertificates),
        unencrypted ? Overlay.withoutSecrets(here.environment()) : Overlay.of(here.environment()));
  }
}
