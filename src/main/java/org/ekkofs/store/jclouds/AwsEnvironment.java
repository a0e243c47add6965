package org.ekkofs.store.jclouds;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import org.ekkofs.model.InvalidException;
import org.ekkofs.store.ConnectionSettings;

/** Finds an S3 store and its credentials where the AWS tools do: options, environment, files. */
record AwsEnvironment(Environment environment, AwsFiles files, ConnectionSettings settings) {
  private static final String DEFAULT_REGION = "us-east-1";

  /**
   * What the environment says.
   *
   * @throws InvalidException if there are no credentials, or something makes no sense
   */
  static S3Access access(Environment environment, ConnectionSettings settings) {
    return new AwsEnvironment(environment, AwsFiles.read(environment), settings).access();
  }

  private S3Access access() {
    String region = region();
    URI endpoint = endpoint(region);
    Optional<String> key = environment.get("AWS_ACCESS_KEY_ID");
    return key.isPresent()
        ? access(
            endpoint,
            region,
            key,
            environment.get("AWS_SECRET_ACCESS_KEY"),
            environment.get("AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"))
        : access(
            endpoint,
            region,
            files.get("aws_access_key_id"),
            files.get("aws_secret_access_key"),
            files.get("aws_session_token"));
  }

  private S3Access access(
      URI endpoint,
      String region,
      Optional<String> key,
      Optional<String> secret,
      Optional<String> token) {
    if (key.isEmpty() || secret.isEmpty()) {
      throw new InvalidException(
          "there are no credentials for S3: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE for one in ~/.aws/credentials");
    }
    return new S3Access(endpoint, region, key.get(), secret.get(), token, authorities());
  }

  private String region() {
    String region =
        settings
            .region()
            .or(() -> environment.get("AWS_REGION", "AWS_DEFAULT_REGION"))
            .or(() -> files.get("region"))
            .orElse(DEFAULT_REGION);
    if (!region.matches("[A-Za-z0-9-]{1,64}")) {
      throw new InvalidException("the region for S3 is of letters, digits and hyphens");
    }
    return region;
  }

  private URI endpoint(String region) {
    return settings
        .endpoint()
        .map(url -> Environment.server(url.toString(), "--endpoint"))
        .or(() -> variable("AWS_ENDPOINT_URL_S3"))
        .or(() -> variable("AWS_ENDPOINT_URL"))
        .or(() -> files.get("endpoint_url").map(url -> Environment.server(url, "endpoint_url")))
        .orElseGet(() -> amazon(region));
  }

  private Optional<URI> variable(String name) {
    return environment.get(name).map(url -> Environment.server(url, name));
  }

  private static URI amazon(String region) {
    String domain = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
    return URI.create("https://s3." + region + "." + domain);
  }

  private Optional<Path> authorities() {
    return settings
        .caCertificates()
        .or(() -> environment.get("AWS_CA_BUNDLE").map(environment::path))
        .or(() -> files.get("ca_bundle").map(environment::path));
  }
}
