package org.ekkofs.store.jclouds;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.ResponseBody;
import org.ekkofs.model.NotFoundException;
import org.ekkofs.model.RefusedException;

/**
 * A login at Keystone, version 3.
 *
 * @param server its address, up to and with the version
 * @param request who logs in to what, as Keystone wants it; with secrets
 * @param region which of the cloud's regions to use
 * @param side "public", "internal" or "admin": which of the store's addresses to use
 */
record KeystoneLogin(
    URI server,
    JsonObject request,
    Optional<String> region,
    String side,
    Optional<Path> authorities)
    implements SwiftLogin {
  private static final MediaType JSON = MediaType.get("application/json");
  private static final long MAX_BYTES = 4 << 20;

  @Override
  public SwiftSession login(OkHttpClient client) throws IOException {
    Request post =
        new Request.Builder()
            .url(server + "/auth/tokens")
            .header("Accept", "application/json")
            .post(RequestBody.create(JSON, request.toString()))
            .build();
    try (Response response = client.newCall(post).execute()) {
      return session(response);
    }
  }

  private SwiftSession session(Response response) throws IOException {
    switch (response.code()) {
      case 401, 403 ->
          throw new RefusedException(
              server + " does not accept the user, the password or the project");
      case 404, 300 -> throw new NotFoundException(server + " is not a Keystone of version 3");
      default -> {
        String id = response.header("X-Subject-Token");
        if (!response.isSuccessful() || id == null) {
          throw new IOException(
              "the login at %s was answered with %d".formatted(server, response.code()));
        }
        JsonObject token = token(response);
        return new SwiftSession(id, Catalog.storage(token, region, side), expires(token));
      }
    }
  }

  private static JsonObject token(Response response) throws IOException {
    ResponseBody body = response.peekBody(MAX_BYTES);
    try {
      JsonElement answer = JsonParser.parseString(body.string());
      JsonElement token = answer.isJsonObject() ? answer.getAsJsonObject().get("token") : null;
      if (token != null && token.isJsonObject()) {
        return token.getAsJsonObject();
      }
    } catch (JsonParseException e) {
      throw new IOException("the answer to the login makes no sense", e);
    }
    throw new IOException("the answer to the login makes no sense");
  }

  private static Instant expires(JsonObject token) throws IOException {
    try {
      return Instant.parse(Catalog.text(token, "expires_at"));
    } catch (DateTimeParseException e) {
      throw new IOException("the answer to the login does not say how long it holds", e);
    }
  }

  /** Without secrets. */
  @Override
  public String toString() {
    return "login at " + server;
  }
}
