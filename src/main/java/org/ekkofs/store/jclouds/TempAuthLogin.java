package org.ekkofs.store.jclouds;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.ekkofs.model.RefusedException;

/** The first version of Swift's logins: a user, a key, and everything in headers. */
record TempAuthLogin(URI server, String user, String key, Optional<Path> authorities)
    implements SwiftLogin {
  /** Servers that do not say how long a token is good for give a day. */
  private static final long DEFAULT_SECONDS = 86_400;

  @Override
  public SwiftSession login(OkHttpClient client) throws IOException {
    Request request =
        new Request.Builder()
            .url(server.toString())
            .header("X-Auth-User", user)
            .header("X-Auth-Key", key)
            .build();
    Instant asked = Instant.now();
    try (Response response = client.newCall(request).execute()) {
      if (response.code() == 401 || response.code() == 403) {
        throw new RefusedException(server + " does not accept the user or the key");
      }
      String token = response.header("X-Auth-Token");
      String storage = response.header("X-Storage-Url");
      if (!response.isSuccessful() || token == null || storage == null) {
        throw new IOException(
            "the login at %s was answered with %d".formatted(server, response.code()));
      }
      return new SwiftSession(
          token, Catalog.address(storage), asked.plusSeconds(seconds(response)));
    }
  }

  private static long seconds(Response response) {
    String seconds = response.header("X-Auth-Token-Expires", "");
    return seconds != null && seconds.matches("\\d{1,9}")
        ? Long.parseLong(seconds)
        : DEFAULT_SECONDS;
  }

  /** Without secrets. */
  @Override
  public String toString() {
    return "login at " + server;
  }
}
