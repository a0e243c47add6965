package org.ekkofs.testing;

import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** A real S3 server on loopback. Safe for use by many threads. */
public final class S3Server implements AutoCloseable {
  private static final String ENDPOINT = "AWS_ENDPOINT_URL";

  private static final SharedServer<S3Server> SHARED = new SharedServer<>(S3Server::start);

  private final ServiceScript script;
  private final Map<String, String> values;

  private S3Server(ServiceScript script) {
    this.script = script;
    this.values = script.start();
  }

  /**
   * Starts one that nobody else uses. Its objects are in the folder's {@code objects}, which may be
   * there already; the test that calls is skipped where there is no such server.
   */
  public static S3Server start(Path folder) {
    String port = Integer.toString(ServiceScript.freePorts(2));
    return new S3Server(new ServiceScript("s3proxy", folder, Map.of("S3PROXY_PORT", port)));
  }

  /** The one that all tests of this process share; it ends with the process. */
  public static S3Server shared() {
    return SHARED.get();
  }

  /** The environment of a process that may do everything here. */
  public Map<String, String> environment() {
    return chosen("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", ENDPOINT);
  }

  /** The same, over TLS; the certificate is by {@link #authority}. */
  public Map<String, String> tlsEnvironment() {
    Map<String, String> environment = new HashMap<>(environment());
    environment.put(ENDPOINT, values.get("TLS_ENDPOINT_URL"));
    return environment;
  }

  /** Where it is. */
  public URI endpoint() {
    return URI.create(values.get(ENDPOINT));
  }

  /** The certificate of the authority that has signed the server's. */
  public Path authority() {
    return Path.of(values.get("CACERT"));
  }

  /** Starts it again where it was; nothing if it runs. */
  public void restart() {
    script.start();
  }

  /** Ends it in the middle of whatever it does. */
  public void kill() {
    script.kill();
  }

  @Override
  public void close() {
    script.stop();
  }

  private Map<String, String> chosen(String... names) {
    Map<String, String> chosen = new HashMap<>();
    for (String name : names) {
      chosen.put(name, values.get(name));
    }
    return chosen;
  }
}
