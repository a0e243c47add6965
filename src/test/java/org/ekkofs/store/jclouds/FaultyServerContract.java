package org.ekkofs.store.jclouds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.ekkofs.model.RefusedException;
import org.ekkofs.model.StoreUnavailableException;
import org.ekkofs.store.Body;
import org.ekkofs.store.BucketAddress;
import org.ekkofs.store.ConnectionSettings;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectStore;
import org.ekkofs.store.RetryPolicy;
import org.ekkofs.store.RetryingObjectStore;
import org.ekkofs.testing.FaultyHttp;
import org.ekkofs.testing.FaultyHttp.Request;
import org.ekkofs.testing.HttpFault;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/**
 * Whatever happens between a real server and its client: what comes of it is right, or it is said
 * that the store could not be asked. Nothing is ever wrong, or missing that is there.
 */
@Timeout(120)
@TestInstance(Lifecycle.PER_CLASS)
abstract class FaultyServerContract {
  private static final int LENGTH = 300_000;
  private static final Duration TIMEOUT = Duration.ofSeconds(1);
  private static final RetryPolicy PATIENT =
      new RetryPolicy(Duration.ofMinutes(1), Duration.ofMillis(10), Duration.ofMillis(100));
  private static final RetryPolicy IMPATIENT =
      new RetryPolicy(Duration.ofSeconds(1), Duration.ofMillis(10), Duration.ofMillis(100));

  private final byte[] bytes = new byte[LENGTH];

  /** Another one for each test. */
  private ObjectKey key;

  private FaultyHttp network;
  private ObjectStore direct;
  private ObjectStore store;

  /** Where the server is. */
  abstract URI server();

  /** The environment of who asks a server at this address. */
  abstract Map<String, String> environment(URI endpoint);

  /** A bucket without objects. */
  abstract BucketAddress bucket(String name);

  @BeforeAll
  final void open() {
    new Random(1).nextBytes(bytes);
    BucketAddress bucket = bucket("faults-" + UUID.randomUUID());
    direct = RemoteStores.create(bucket, ConnectionSettings.DEFAULT, environment(server()));
    network = FaultyHttp.before(server());
    ConnectionSettings hasty =
        new ConnectionSettings(Optional.empty(), Optional.empty(), Optional.empty(), 8, TIMEOUT);
    store = RemoteStores.open(bucket, hasty, environment(network.endpoint()));
  }

  @AfterAll
  final void close() {
    store.close();
    network.close();
    direct.close();
  }

  @BeforeEach
  final void begin() {
    network.heal();
    key = new ObjectKey("tests/" + UUID.randomUUID());
  }

  private boolean concerns(Request request) {
    return request.names(key.value());
  }

  private boolean reads(Request request) {
    return concerns(request) && request.method().equals("GET");
  }

  private boolean changes(Request request) {
    return concerns(request) && request.writes();
  }

  private ObjectStore retrying(RetryPolicy policy) {
    return new RetryingObjectStore(store, policy);
  }

  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"RESET_IN_REQUEST", "ACCESS_DENIED", "EXPIRED"})
  void whatIsReadIsRightAfterAll(HttpFault fault) {
    direct.put(key, Body.of(bytes));
    network.next(2, fault, this::reads);
    requireAll(retrying(PATIENT).get(key, LENGTH));
    assertThat(network.fired(fault)).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"RESET_IN_REQUEST", "ACCESS_DENIED", "EXPIRED", "CHANGED_BYTE"})
  void partsAreRightAfterAll(HttpFault fault) {
    direct.put(key, Body.of(bytes));
    network.next(1, fault, this::reads);
    byte[] part = retrying(PATIENT).getRange(key, 1000, 200_000).orElseThrow();
    assertThat(Arrays.equals(part, Arrays.copyOfRange(bytes, 1000, 201_000))).isTrue();
    assertThat(network.fired(fault)).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(
      names = {
        "RESET",
        "RESET_IN_REQUEST",
        "ANSWER_LOST",
        "STALLED",
        "SLOW_DOWN",
        "INTERNAL_ERROR"
      })
  void whatIsPutIsThereAfterAll(HttpFault fault) {
    network.next(2, fault, this::changes);
    retrying(PATIENT).put(key, Body.of(bytes));
    assertThat(network.fired(fault)).isEqualTo(2);
    requireAll(direct.get(key, LENGTH));
  }

  @ParameterizedTest
  @EnumSource(
      names = {
        "RESET",
        "RESET_IN_REQUEST",
        "ANSWER_LOST",
        "STALLED",
        "SLOW_DOWN",
        "INTERNAL_ERROR"
      })
  void aPutThatKeepsFailingSaysSo(HttpFault fault) {
    network.all(fault, this::changes);
    assertThatThrownBy(() -> retrying(IMPATIENT).put(key, Body.of(bytes)))
        .isInstanceOf(StoreUnavailableException.class);
    assertThat(network.fired(fault)).isPositive();
    network.heal();
    store.get(key, LENGTH).ifPresent(found -> requireAll(Optional.of(found)));
  }

  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"RESET_IN_REQUEST", "ACCESS_DENIED", "EXPIRED"})
  void whatCannotBeReadIsNotMissing(HttpFault fault) {
    direct.put(key, Body.of(bytes));
    network.all(fault, this::concerns);
    assertThatThrownBy(() -> retrying(IMPATIENT).get(key, LENGTH))
        .isInstanceOf(StoreUnavailableException.class);
    assertThat(network.fired(fault)).isPositive();
  }

  @ParameterizedTest
  @EnumSource(
      names = {
        "RESET",
        "ANSWER_LOST",
        "RESET_IN_BODY",
        "TRUNCATED",
        "STALLED_IN_BODY",
        "STALLED",
        "SLOW_DOWN",
        "INTERNAL_ERROR"
      })
  void listingsAreWholeAfterAll(HttpFault fault) {
    for (int n = 0; n < 5; n++) {
      direct.put(new ObjectKey(key + "/" + n + "/x"), Body.of(text("some")));
    }
    network.next(1, fault, request -> request.names("prefix="));
    List<String> keys = new ArrayList<>();
    String prefix = key + "/";
    retrying(PATIENT).list(prefix, info -> keys.add(info.key().value()));
    assertThat(keys)
        .containsExactlyInAnyOrder(
            prefix + "0/x", prefix + "1/x", prefix + "2/x", prefix + "3/x", prefix + "4/x");
    network.next(1, fault, request -> request.names("prefix="));
    assertThat(retrying(PATIENT).children(prefix))
        .containsExactlyInAnyOrder("0", "1", "2", "3", "4");
    assertThat(network.fired(fault)).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource(
      names = {"RESET", "ANSWER_LOST", "RESET_IN_BODY", "STALLED", "SLOW_DOWN", "INTERNAL_ERROR"})
  void whatIsDeletedIsGoneAfterAll(HttpFault fault) {
    List<ObjectKey> keys = List.of(key, new ObjectKey(key + "-other"), new ObjectKey("never/was"));
    keys.subList(0, 2).forEach(key -> direct.put(key, Body.of(text("some"))));
    network.next(2, fault, Request::writes);
    retrying(PATIENT).delete(keys);
    assertThat(network.fired(fault)).isEqualTo(2);
    assertThat(direct.get(key, LENGTH)).isEmpty();
    assertThat(direct.get(keys.get(1), LENGTH)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"RESET_IN_REQUEST", "ANSWER_LOST", "STALLED", "SLOW_DOWN", "INTERNAL_ERROR"})
  void itIsUnknownWhetherACreationThatFailedHasHappened(HttpFault fault) {
    byte[] record = text("a record");
    network.all(fault, this::changes);
    assertThatThrownBy(() -> store.createIfAbsent(key, record))
        .isInstanceOf(StoreUnavailableException.class);
    assertThat(network.fired(fault)).isPositive();
    network.heal();
    boolean created = store.createIfAbsent(key, record);
    assertThat(direct.get(key, LENGTH)).hasValue(record);
    assertThat(created).isEqualTo(fault != HttpFault.ANSWER_LOST);
  }

  @Test
  void aServerThatIsAwayForAWhileIsWaitedFor() throws Exception {
    direct.put(key, Body.of(bytes));
    network.refuse();
    assertThatThrownBy(() -> retrying(IMPATIENT).get(key, LENGTH))
        .isInstanceOf(StoreUnavailableException.class);
    CompletableFuture<Optional<byte[]>> read =
        CompletableFuture.supplyAsync(() -> retrying(PATIENT).get(key, LENGTH));
    network.accept();
    requireAll(read.get());
  }

  @ParameterizedTest
  @EnumSource(names = {"ACCESS_DENIED", "EXPIRED"})
  void whoMayNotIsToldAtOnce(HttpFault fault) {
    direct.put(key, Body.of(bytes));
    network.all(fault, Request::writes);
    assertThatThrownBy(() -> retrying(PATIENT).put(key, Body.of(text("other"))))
        .isInstanceOf(RefusedException.class);
    assertThatThrownBy(() -> retrying(PATIENT).delete(List.of(key)))
        .isInstanceOf(RefusedException.class);
    requireAll(retrying(PATIENT).get(key, LENGTH));
  }

  @Test
  void aSlowServerIsJustSlow() {
    network.delay(Duration.ofMillis(300));
    store.put(key, Body.of(bytes));
    requireAll(store.get(key, LENGTH));
    assertThat(store.getRange(key, LENGTH - 10, 20)).isPresent();
  }

  private void requireAll(Optional<byte[]> found) {
    assertThat(Arrays.equals(found.orElseThrow(), bytes)).isTrue();
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
