package org.ekkofs.store.jclouds;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import org.ekkofs.model.InvalidException;
import org.ekkofs.store.ConnectionSettings;

/** Finds how to log in to Swift where the OpenStack tools do: options, environment, clouds.yaml. */
record OpenStackEnvironment(Environment environment, ConnectionSettings settings) {
  private static final String NONE =
      "there are no credentials for Swift: set OS_CLOUD (for clouds.yaml), or OS_AUTH_URL, OS_USERNAME, OS_PASSWORD and OS_PROJECT_NAME, or ST_AUTH, ST_USER and ST_KEY";

  /**
   * What the environment says.
   *
   * @throws InvalidException if there are no credentials, or something makes no sense
   */
  static SwiftLogin login(Environment environment, ConnectionSettings settings) {
    return new OpenStackEnvironment(environment, settings).login();
  }

  private SwiftLogin login() {
    Optional<String> cloud = environment.get("OS_CLOUD");
    if (cloud.isPresent()) {
      return login(CloudSettings.of(environment, cloud.get()));
    }
    if (environment.get("OS_AUTH_URL").isPresent()) {
      return login(CloudSettings.of(environment));
    }
    if (environment.get("ST_AUTH").isPresent()) {
      return tempAuth(
          environment.get("ST_AUTH"), environment.get("ST_USER"), environment.get("ST_KEY"));
    }
    throw new InvalidException(NONE);
  }

  private SwiftLogin login(CloudSettings cloud) {
    String url = cloud.get("auth_url").orElseThrow(() -> new InvalidException(NONE));
    if (url.matches(".*/v1(\\.0)?/?")
        || cloud.get("identity_api_version").orElse("").matches("1(\\.0)?")) {
      return tempAuth(Optional.of(url), cloud.get("username"), cloud.get("password"));
    }
    return new KeystoneLogin(
        keystone(server(url)),
        new KeystoneRequest(cloud).json(),
        settings.region().or(() -> cloud.get("region_name")),
        side(cloud),
        authorities(cloud.get("cacert")));
  }

  private static String side(CloudSettings cloud) {
    String side = cloud.get("interface").or(() -> cloud.get("endpoint_type")).orElse("public");
    return side.endsWith("URL") ? side.substring(0, side.length() - 3) : side;
  }

  private SwiftLogin tempAuth(Optional<String> url, Optional<String> user, Optional<String> key) {
    if (url.isEmpty() || user.isEmpty() || key.isEmpty()) {
      throw new InvalidException(NONE);
    }
    return new TempAuthLogin(
        server(url.get()), user.get(), key.get(), authorities(environment.get("OS_CACERT")));
  }

  /** For Swift --endpoint is where to log in: the store's address is told by the login. */
  private URI server(String url) {
    return settings
        .endpoint()
        .map(option -> Environment.server(option.toString(), "--endpoint"))
        .orElseGet(
            () -> Environment.server(url, "the address to log in at (OS_AUTH_URL, ST_AUTH)"));
  }

  private static URI keystone(URI server) {
    String text = server.toString().replaceAll("/+$", "").replaceAll("/v2\\.0$", "");
    return URI.create(text.endsWith("/v3") ? text : text + "/v3");
  }

  private Optional<Path> authorities(Optional<String> file) {
    return settings.caCertificates().or(() -> file.map(environment::path));
  }
}
