package org.ekkofs.benchmark;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import org.ekkofs.store.BucketAddress;
import org.ekkofs.store.ConnectionSettings;
import org.ekkofs.store.ObjectStore;
import org.ekkofs.store.jclouds.RemoteStores;
import org.ekkofs.testing.S3Server;
import org.ekkofs.testing.SwiftServer;

/**
 * A real server on this machine.
 *
 * @param name what it is called
 * @param location a bucket there
 * @param options how the command line makes a repository there
 * @param environment what lets a process in
 * @param plain the way there without ekkofs
 * @param server to be closed
 */
record RemoteLab(
    String name,
    String location,
    String[] options,
    Map<String, String> environment,
    PlainHttp plain,
    AutoCloseable server)
    implements AutoCloseable {
  private static final String BUCKET = "bench";

  static RemoteLab s3(Lab lab) {
    S3Server server = S3Server.start(lab.unused("s3"));
    Map<String, String> environment = server.environment();
    return new RemoteLab(
        "S3",
        "s3://" + BUCKET,
        new String[0],
        environment,
        new PlainHttp(server.endpoint() + "/" + BUCKET, new S3Signature(environment)::request),
        server);
  }

  static RemoteLab swift(Lab lab) throws IOException, InterruptedException {
    SwiftServer server = SwiftServer.start(lab.unused("swift"), Map.of("SWIFT_WORKERS", "2"));
    String token = token(server.environment());
    return new RemoteLab(
        "Swift",
        "swift://" + BUCKET,
        new String[] {"--single-writer"},
        server.environment(),
        new PlainHttp(
            server.storageUrl() + "/" + BUCKET,
            (method, address) -> HttpRequest.newBuilder(address).header("X-Auth-Token", token)),
        server);
  }

  private static String token(Map<String, String> environment)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(environment.get("ST_AUTH")))
            .header("X-Auth-User", environment.get("ST_USER"))
            .header("X-Auth-Key", environment.get("ST_KEY"))
            .build();
    return HttpClient.newHttpClient()
        .send(request, HttpResponse.BodyHandlers.discarding())
        .headers()
        .firstValue("X-Auth-Token")
        .orElseThrow();
  }

  /** The way there through ekkofs; makes the bucket if there is none. */
  ObjectStore open() {
    String scheme = location.substring(0, location.indexOf(':'));
    return RemoteStores.create(
        new BucketAddress(scheme, BUCKET, ""), ConnectionSettings.DEFAULT, environment);
  }

  @Override
  public void close() throws IOException {
    try {
      server.close();
    } catch (Exception e) {
      throw new IOException("the server does not end", e);
    }
  }
}
