package org.ekkofs.store.jclouds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.sun.net.httpserver.HttpExchange;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.NotFoundException;
import org.ekkofs.model.RefusedException;
import org.ekkofs.model.StoreUnavailableException;
import org.ekkofs.store.Body;
import org.ekkofs.store.BucketAddress;
import org.ekkofs.store.ConnectionSettings;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectStore;
import org.ekkofs.store.jclouds.ScriptedServer.Reply;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the user is told of what a server answers, by the libraries as they are used. */
class FailuresTest {
  private static final Reply EMPTY_LIST =
      new Reply(200, "<ListBucketResult><Name>bucket</Name></ListBucketResult>");
  private static final ObjectKey KEY = new ObjectKey("trees/t/chunks/a/1");

  private final AtomicReference<Reply> objects = new AtomicReference<>(Reply.s3(404, "NoSuchKey"));
  private final AtomicReference<Reply> bucket = new AtomicReference<>(EMPTY_LIST);
  private ScriptedServer server;
  private ObjectStore store;

  @BeforeEach
  void open() {
    server = new ScriptedServer(this::answer);
    store = RemoteStores.open(BucketAddress.parse("s3", "bucket"), settings(), environment());
  }

  @AfterEach
  void close() {
    store.close();
    server.close();
  }

  private Reply answer(HttpExchange exchange) {
    return exchange.getRequestURI().getPath().length() <= "/bucket/".length()
        ? bucket.get()
        : objects.get();
  }

  private static ConnectionSettings settings() {
    return new ConnectionSettings(
        Optional.empty(), Optional.empty(), Optional.empty(), 2, Duration.ofSeconds(5));
  }

  private Map<String, String> environment() {
    return Map.of(
        "AWS_ENDPOINT_URL", server.url(),
        "AWS_ACCESS_KEY_ID", "the-id",
        "AWS_SECRET_ACCESS_KEY", "the-secret",
        "HOME", "/nonexistent");
  }

  @ParameterizedTest
  @CsvSource({
    "400, RequestTimeout",
    "400, BadDigest",
    "409, OperationAborted",
    "429, ''",
    "500, InternalError",
    "502, ''",
    "503, SlowDown",
    "507, ''"
  })
  void whatMayGoBetterLaterIsUnavailable(int status, String code) {
    objects.set(Reply.s3(status, code));
    int before = server.requests().size();
    assertThatThrownBy(() -> store.get(KEY, 10)).isInstanceOf(StoreUnavailableException.class);
    assertThatThrownBy(() -> store.put(KEY, Body.of(new byte[3])))
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessageContaining("write " + KEY);
    assertThat(server.requests()).hasSize(before + 2);
  }

  @ParameterizedTest
  @CsvSource({
    "403, AccessDenied, may not write", "403, RequestTimeTooSkewed, clock",
    "403, InvalidAccessKeyId, credentials", "403, SignatureDoesNotMatch, credentials",
    "400, ExpiredToken, credentials", "401, '', credentials",
    "400, AuthorizationHeaderMalformed, --region", "301, PermanentRedirect, --region"
  })
  void whatStaysWrongIsRefused(int status, String code, String said) {
    objects.set(Reply.s3(status, code));
    Throwable failure = catchThrowable(() -> store.put(KEY, Body.of(new byte[3])));
    assertThat(failure)
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining(said)
        .hasMessageNotContaining("the-secret");
    assertThat(failure.getMessage()).doesNotContain("\n");
    assertThat(failure).hasNoCause();
  }

  @Test
  void whatIsMissingIsMissingWhileTheBucketIsThere() {
    assertThat(store.get(KEY, 10)).isEmpty();
    assertThat(store.getRange(KEY, 0, 1)).isEmpty();
    bucket.set(Reply.s3(404, "NoSuchBucket"));
    assertThatThrownBy(() -> store.get(KEY, 10)).isInstanceOf(StoreUnavailableException.class);
    assertThatThrownBy(() -> store.getRange(KEY, 0, 1))
        .isInstanceOf(StoreUnavailableException.class);
    assertThatThrownBy(() -> store.list("", info -> {}))
        .isInstanceOf(StoreUnavailableException.class);
    assertThatThrownBy(() -> store.children("")).isInstanceOf(StoreUnavailableException.class);
  }

  @Test
  void aBucketThatWasNeverThereIsNotFound() {
    bucket.set(Reply.s3(404, "NoSuchBucket"));
    assertThatThrownBy(
            () -> RemoteStores.open(BucketAddress.parse("s3", "bucket"), settings(), environment()))
        .isInstanceOf(NotFoundException.class);
  }

  @Test
  void aNameThatNoBucketHasIsInvalid() {
    assertThatThrownBy(
            () -> RemoteStores.open(BucketAddress.parse("s3", "Bu"), settings(), environment()))
        .isInstanceOf(InvalidException.class);
  }

  @Test
  void aServerThatIsNotThereIsUnavailable() {
    server.close();
    assertThatThrownBy(() -> store.get(KEY, 10))
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessageContaining("cannot be reached");
  }

  @Test
  void pagesOfSomethingElseAreNoListing() {
    bucket.set(new Reply(200, "<html>log in here</html>"));
    assertThatThrownBy(() -> store.list("", info -> {}))
        .isInstanceOf(StoreUnavailableException.class);
  }

  @Test
  void keysThatWereNotDeletedAreNoticed() {
    bucket.set(
        new Reply(
            200,
            "<DeleteResult><Deleted><Key>a</Key></Deleted><Error><Key>c</Key><Code>InternalError</Code><Message>it is so</Message></Error></DeleteResult>"));
    objects.set(Reply.s3(503, "SlowDown"));
    assertThatThrownBy(
            () -> store.delete(List.of(new ObjectKey("a"), new ObjectKey("b"), new ObjectKey("c"))))
        .isInstanceOf(StoreUnavailableException.class);
  }
}
