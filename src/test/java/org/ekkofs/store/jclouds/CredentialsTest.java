package org.ekkofs.store.jclouds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.ekkofs.model.RefusedException;
import org.ekkofs.store.Body;
import org.ekkofs.store.BucketAddress;
import org.ekkofs.store.ConnectionSettings;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectStore;
import org.ekkofs.store.RetryPolicy;
import org.ekkofs.store.RetryingObjectStore;
import org.ekkofs.store.jclouds.ScriptedServer.Reply;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes to a server with credentials, and how often if they are not accepted. */
class CredentialsTest {
  private static final ObjectKey KEY = new ObjectKey("a/b");
  private static final RetryPolicy PATIENT =
      new RetryPolicy(Duration.ofMinutes(1), Duration.ofMillis(1), Duration.ofMillis(10));

  /** What is asked to open a store, and once more in vain. */
  private static final int MOST = 3;

  private final List<Map<String, List<String>>> headers = new CopyOnWriteArrayList<>();
  private final ScriptedServer server = new ScriptedServer(this::answer);
  private volatile boolean accepted = true;
  private volatile Reply refusal = Reply.s3(403, "SignatureDoesNotMatch");

  @AfterEach
  void close() {
    server.close();
  }

  private Reply answer(HttpExchange exchange) {
    headers.add(Map.copyOf(exchange.getRequestHeaders()));
    if (!accepted) {
      return refusal;
    }
    return exchange.getRequestURI().getPath().startsWith("/auth")
        ? new Reply(
            200, "", Map.of("X-Auth-Token", "token", "X-Storage-Url", server.url() + "/v1/AUTH_a"))
        : list(exchange.getRequestURI().getPath().startsWith("/v1"));
  }

  private static Reply list(boolean swift) {
    return swift
        ? new Reply(200, "[]", Map.of("Content-Type", "application/json"))
        : new Reply(200, "<ListBucketResult><Name>bucket</Name></ListBucketResult>");
  }

  private ObjectStore open(String scheme, String... more) {
    Map<String, String> environment = new HashMap<>();
    environment.put("HOME", "/nonexistent");
    environment.put("AWS_ENDPOINT_URL", server.url());
    environment.put("AWS_ACCESS_KEY_ID", "the-id");
    environment.put("AWS_SECRET_ACCESS_KEY", "the-secret");
    environment.put("ST_AUTH", server.url() + "/auth/v1.0");
    environment.put("ST_USER", "u");
    environment.put("ST_KEY", "the-secret");
    for (int n = 0; n < more.length; n += 2) {
      environment.put(more[n], more[n + 1]);
    }
    return new RetryingObjectStore(
        RemoteStores.open(
            BucketAddress.parse(scheme, "bucket"), ConnectionSettings.DEFAULT, environment),
        PATIENT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"s3", "swift"})
  void whatIsNotAcceptedIsNotTriedAgain(String scheme) {
    accepted = false;
    refusal = scheme.equals("s3") ? refusal : new Reply(401, "");
    assertThatThrownBy(() -> open(scheme))
        .isInstanceOf(RefusedException.class)
        .hasMessageNotContaining("the-secret");
    assertThat(server.requests()).hasSizeLessThanOrEqualTo(MOST);
  }

  @ParameterizedTest
  @ValueSource(strings = {"s3", "swift"})
  void whatIsNoLongerAcceptedIsNotTriedAgainEither(String scheme) {
    try (ObjectStore store = open(scheme)) {
      accepted = false;
      refusal = scheme.equals("s3") ? refusal : new Reply(401, "");
      int before = server.requests().size();
      assertThatThrownBy(() -> store.get(KEY, 10)).isInstanceOf(RefusedException.class);
      assertThat(server.requests()).hasSizeLessThanOrEqualTo(before + MOST);
      assertThatThrownBy(() -> store.put(KEY, Body.of(new byte[1])))
          .isInstanceOf(RefusedException.class);
      assertThat(server.requests()).hasSizeLessThanOrEqualTo(before + 2 * MOST);
    }
  }

  @Test
  void aSessionTokenIsSentAndSigned() {
    try (ObjectStore store = open("s3", "AWS_SESSION_TOKEN", "the-token")) {
      assertThat(store.children("")).isEmpty();
    }
    assertThat(headers)
        .hasSizeGreaterThan(1)
        .allSatisfy(
            sent -> {
              assertThat(sent.get("X-amz-security-token")).containsExactly("the-token");
              assertThat(sent.get("Authorization").get(0))
                  .containsPattern("SignedHeaders=[^,]*x-amz-security-token");
            });
  }

  @Test
  void withoutOneNoneIsSent() {
    open("s3").close();
    assertThat(headers).isNotEmpty().noneMatch(sent -> sent.containsKey("X-amz-security-token"));
  }
}
