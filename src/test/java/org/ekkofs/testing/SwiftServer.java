package org.ekkofs.testing;

import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * A real Swift server on loopback, with one replica of everything. Safe for use by many threads.
 */
public final class SwiftServer implements AutoCloseable {
  private static final int PORTS = 5;
  private static final SharedServer<SwiftServer> SHARED = new SharedServer<>(SwiftServer::start);

  private final ServiceScript script;
  private final Map<String, String> values;

  private SwiftServer(ServiceScript script) {
    this.script = script;
    this.values = script.start();
  }

  /**
   * Starts one that nobody else uses. Its objects are in the folder's {@code objects}, which may be
   * there already; the test that calls is skipped where there is no such server.
   */
  public static SwiftServer start(Path folder) {
    return start(folder, Map.of());
  }

  /** The same, with settings of the script. */
  public static SwiftServer start(Path folder, Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(settings);
    all.put("SWIFT_PORT", Integer.toString(ServiceScript.freePorts(PORTS)));
    return new SwiftServer(new ServiceScript("swift", folder, all));
  }

  /** The one that all tests of this process share; it ends with the process. */
  public static SwiftServer shared() {
    return SHARED.get();
  }

  /** The environment of a process that may do everything here. */
  public Map<String, String> environment() {
    return chosen("ST_AUTH", "ST_USER", "ST_KEY");
  }

  /** The environment of a process that may do what its account was given: {@code test:reader}. */
  public Map<String, String> readerEnvironment() {
    return Map.of("ST_AUTH", values.get("ST_AUTH"), "ST_USER", "test:reader", "ST_KEY", "reading");
  }

  /** The environment of a process that may do everything here by S3's interface. */
  public Map<String, String> s3Environment() {
    return chosen("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_ENDPOINT_URL");
  }

  /** Where it is. */
  public URI endpoint() {
    return URI.create(values.get("AWS_ENDPOINT_URL"));
  }

  /** The address of the account's containers, without a slash at its end. */
  public String storageUrl() {
    return values.get("SWIFT_STORAGE_URL");
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
