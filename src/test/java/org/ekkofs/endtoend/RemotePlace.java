package org.ekkofs.endtoend;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.ekkofs.testing.Ekkofs;
import org.ekkofs.testing.PostgresServer;
import org.ekkofs.testing.S3Server;
import org.ekkofs.testing.SwiftServer;

/**
 * Where a repository can be made on a real server.
 *
 * @param address what the user calls it; no bucket of this name is there yet
 * @param environment what says where the server is, and with which credentials
 * @param init what to say to make it
 */
record RemotePlace(String address, Map<String, String> environment, List<String> init) {
  private static final String PREFIX = "/some/where";

  /** On an S3 server. */
  static RemotePlace s3() {
    return s3(S3Server.shared().environment());
  }

  /** On the S3 server of this environment. */
  static RemotePlace s3(Map<String, String> environment) {
    return new RemotePlace("s3://" + bucket() + PREFIX, environment, List.of());
  }

  /** On a Swift server, written by one host. */
  static RemotePlace swift() {
    return swift(SwiftServer.shared().environment());
  }

  /** On the Swift server of this environment, written by one host. */
  static RemotePlace swift(Map<String, String> environment) {
    return new RemotePlace("swift://" + bucket() + PREFIX, environment, List.of("--single-writer"));
  }

  /** On a Swift server, with the log in a database. */
  static RemotePlace swift(PostgresServer database) {
    Map<String, String> environment = new HashMap<>(SwiftServer.shared().environment());
    environment.putAll(database.environment());
    return new RemotePlace(
        "swift://" + bucket(), environment, List.of("--log", database.address()));
  }

  /** By Swift's S3 interface, written by one host. */
  static RemotePlace swiftByS3() {
    return new RemotePlace(
        "s3://" + bucket() + PREFIX,
        SwiftServer.shared().s3Environment(),
        List.of("--single-writer"));
  }

  private static String bucket() {
    return "b-" + UUID.randomUUID();
  }

  /** A host's program; hosts that share nothing have folders of their own. */
  Ekkofs host(Path scratch) {
    return new Ekkofs(scratch, scratch).with("EKKOFS_REPOSITORY", address).with(environment);
  }

  /** Makes the repository. */
  Ekkofs make(Path scratch) {
    Ekkofs host = host(scratch);
    List<String> words = new ArrayList<>(List.of("init"));
    words.addAll(init);
    host.run(words.toArray(String[]::new)).ok();
    return host;
  }
}
