package org.ekkofs.store.jclouds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.ekkofs.model.NotFoundException;
import org.ekkofs.model.RefusedException;
import org.ekkofs.store.BucketAddress;
import org.ekkofs.store.ConnectionSettings;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectStore;
import org.ekkofs.store.jclouds.ScriptedServer.Reply;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A Keystone and a Swift behind it that are as strict as the test says. */
class SwiftSessionsTest {
  private static final String TOKEN = "X-Auth-Token";

  private final AtomicInteger logins = new AtomicInteger();
  private final ScriptedServer server = new ScriptedServer(this::answer);
  private volatile int good = 1;
  private volatile boolean accepted = true;

  @AfterEach
  void close() {
    server.close();
  }

  private Reply answer(HttpExchange exchange) {
    String path = exchange.getRequestURI().getPath();
    if (path.equals("/v3/auth/tokens")) {
      return accepted ? session() : new Reply(401, "{}");
    }
    String token = "token-" + good;
    if (!token.equals(exchange.getRequestHeaders().getFirst(TOKEN))) {
      return new Reply(401, "");
    }
    return path.equals("/v1/AUTH_a/c")
        ? new Reply(200, "[]", Map.of("Content-Type", "application/json"))
        : new Reply(404, "");
  }

  private Reply session() {
    String token = "token-" + logins.incrementAndGet();
    String catalog =
        """
        {"token": {"expires_at": "%s", "catalog": [
          {"type": "volume", "endpoints": [{"interface": "public", "region": "here", "url": "http://no"}]},
          {"type": "object-store", "endpoints": [
            {"interface": "admin", "region": "here", "url": "http://no"},
            {"interface": "public", "region": "there", "url": "http://no"},
            {"interface": "public", "region": "here", "url": "%s/v1/AUTH_a"}]}]}}
        """
            .formatted(Instant.now().plusSeconds(3600), server.url());
    return new Reply(201, catalog, Map.of("X-Subject-Token", token));
  }

  private ObjectStore open(String... more) {
    Map<String, String> environment = new HashMap<>();
    environment.put("HOME", "/nonexistent");
    environment.put("OS_AUTH_URL", server.url());
    environment.put("OS_USERNAME", "u");
    environment.put("OS_PASSWORD", "the-secret");
    environment.put("OS_PROJECT_NAME", "p");
    environment.put("OS_REGION_NAME", "here");
    for (int n = 0; n < more.length; n += 2) {
      environment.put(more[n], more[n + 1]);
    }
    return RemoteStores.open(
        BucketAddress.parse("swift", "c"), ConnectionSettings.DEFAULT, environment);
  }

  @Test
  void oneLoginServesManyRequests() {
    try (ObjectStore store = open()) {
      assertThat(store.get(new ObjectKey("a"), 1)).isEmpty();
      assertThat(store.children("")).isEmpty();
      assertThat(logins).hasValue(1);
      assertThat(server.requests().get(0))
          .startsWith("POST /v3/auth/tokens")
          .contains("\"project\":{\"name\":\"p\"");
    }
  }

  @Test
  void aTokenThatExpiresIsReplacedOnce() {
    try (ObjectStore store = open()) {
      good = 2;
      assertThat(store.get(new ObjectKey("a"), 1)).isEmpty();
      assertThat(logins).hasValue(2);
      good = 99;
      assertThatThrownBy(() -> store.get(new ObjectKey("a"), 1))
          .isInstanceOf(RefusedException.class);
      assertThat(logins).hasValue(3);
    }
  }

  @Test
  void aRefusedLoginIsTold() {
    accepted = false;
    assertThatThrownBy(this::open)
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining(server.url())
        .hasMessageNotContaining("the-secret");
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void aRegionWithoutAnObjectStoreIsTold() {
    assertThatThrownBy(() -> open("OS_REGION_NAME", "nowhere"))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("nowhere");
  }
}
