package org.ekkofs.app;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ekkofs.model.InvalidException;
import org.ekkofs.store.ConnectionSettings;
import org.ekkofs.store.ObjectStore;
import org.ekkofs.store.RateLimit;
import org.ekkofs.store.ThrottledObjectStore;
import org.ekkofs.store.Timing;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The options that say how a store is reached, and how much of the way to use. */
final class StoreOptions {
  private static final int MAX_CONNECTIONS = 1024;
  private static final int MAX_SECONDS = 3600;
  private static final long LEAST_RATE = 1024;

  @Option(
      names = "--endpoint",
      paramLabel = "URL",
      scope = ScopeType.INHERIT,
      description = "Where the remote store is, if the environment does not say it.")
  private Optional<URI> endpoint = Optional.empty();

  @Option(
      names = "--region",
      paramLabel = "REGION",
      scope = ScopeType.INHERIT,
      description = "Its region, likewise.")
  private Optional<String> region = Optional.empty();

  @Option(
      names = "--cacert",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description = "Trust only servers with certificates by those in this PEM file.")
  private Optional<Path> caCertificates = Optional.empty();

  @Option(
      names = "--connections",
      paramLabel = "N",
      scope = ScopeType.INHERIT,
      description = "How many requests to have under way at once (32).")
  private Optional<Integer> connections = Optional.empty();

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      scope = ScopeType.INHERIT,
      description = "How long a remote store may take to connect or say nothing (30).")
  private Optional<Integer> timeout = Optional.empty();

  @Option(
      names = "--limit-upload",
      paramLabel = "RATE",
      scope = ScopeType.INHERIT,
      description = "Send no more than this each second: 10M is 10 MiB.")
  private Optional<RateLimit> upload = Optional.empty();

  @Option(
      names = "--limit-download",
      paramLabel = "RATE",
      scope = ScopeType.INHERIT,
      description = "Fetch no more than this each second.")
  private Optional<RateLimit> download = Optional.empty();

  /** A store that keeps the bounds, which all stores of the command share. */
  ObjectStore throttled(ObjectStore store) {
    return upload.isEmpty() && download.isEmpty()
        ? store
        : new ThrottledObjectStore(store, upload, download);
  }

  /** How remote stores are reached. */
  ConnectionSettings connection() {
    int most = connections.orElse(ConnectionSettings.DEFAULT.connections());
    if (most < 1 || most > MAX_CONNECTIONS) {
      throw new InvalidException("--connections must be 1 to " + MAX_CONNECTIONS);
    }
    int seconds = timeout.orElse((int) ConnectionSettings.DEFAULT.timeout().toSeconds());
    if (seconds < 1 || seconds > MAX_SECONDS) {
      throw new InvalidException("--timeout must be 1 to " + MAX_SECONDS + " seconds");
    }
    return new ConnectionSettings(
        endpoint,
        region,
        caCertificates.map(file -> file.toAbsolutePath().normalize()),
        most,
        Duration.ofSeconds(seconds));
  }

  /** What is different on the way to another store; the rest is the same. */
  record Changes(Optional<URI> endpoint, Optional<String> region, Optional<Path> caCertificates) {}

  /** These options but for the changes. */
  StoreOptions with(Changes changes) {
    StoreOptions other = new StoreOptions();
    other.endpoint = changes.endpoint().or(() -> endpoint);
    other.region = changes.region().or(() -> region);
    other.caCertificates = changes.caCertificates().or(() -> caCertificates);
    other.connections = connections;
    other.timeout = timeout;
    other.upload = upload;
    other.download = download;
    return other;
  }

  /** The words that say the same again. */
  List<String> words() {
    List<String> words = new ArrayList<>();
    endpoint.ifPresent(url -> words.addAll(List.of("--endpoint", url.toString())));
    region.ifPresent(name -> words.addAll(List.of("--region", name)));
    caCertificates.ifPresent(
        file -> words.addAll(List.of("--cacert", file.toAbsolutePath().normalize().toString())));
    connections.ifPresent(most -> words.addAll(List.of("--connections", most.toString())));
    timeout.ifPresent(seconds -> words.addAll(List.of("--timeout", seconds.toString())));
    upload.ifPresent(limit -> words.addAll(List.of("--limit-upload", rate(limit))));
    download.ifPresent(limit -> words.addAll(List.of("--limit-download", rate(limit))));
    return words;
  }

  private static String rate(RateLimit limit) {
    return Long.toString(limit.bytesPerSecond());
  }

  /**
   * Reads a rate as people write it.
   *
   * @throws InvalidException if it is none, or too low to get anything done
   */
  static RateLimit parseRate(String text) {
    long bytes = Sizes.parse(text);
    if (bytes < LEAST_RATE) {
      throw new InvalidException("a limit must be 1K (a KiB each second) at least");
    }
    return new RateLimit(bytes, Timing.SYSTEM);
  }
}
