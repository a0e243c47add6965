package org.ekkofs.store.jclouds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.ekkofs.model.NotFoundException;
import org.ekkofs.model.RefusedException;
import org.ekkofs.store.Body;
import org.ekkofs.store.BucketAddress;
import org.ekkofs.store.ConnectionSettings;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectStore;
import org.ekkofs.store.RetryPolicy;
import org.ekkofs.store.RetryingObjectStore;
import org.ekkofs.testing.ObjectStoreContract;
import org.ekkofs.testing.S3Server;
import org.junit.jupiter.api.Test;

class S3ObjectStoreIT extends ObjectStoreContract {
  private final BucketAddress address =
      BucketAddress.parse("s3", "contract-" + UUID.randomUUID() + "/below/here");

  /** As it is used, since this server fails now and then where one object comes as another goes. */
  @Override
  protected ObjectStore newStore() {
    ObjectStore bare =
        RemoteStores.create(address, ConnectionSettings.DEFAULT, S3Server.shared().environment());
    return new RetryingObjectStore(bare, RetryPolicy.DEFAULT);
  }

  @Test
  void aBucketThatIsNotThereIsNotFound() {
    BucketAddress missing = BucketAddress.parse("s3", "missing-" + UUID.randomUUID());
    assertThatThrownBy(() -> open(missing, S3Server.shared().environment()))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining(missing.bucket());
  }

  @Test
  void aWrongSecretIsRefusedAndNotTold() {
    Map<String, String> environment = new HashMap<>(S3Server.shared().environment());
    environment.put("AWS_SECRET_ACCESS_KEY", "mistaken");
    assertThatThrownBy(() -> open(address, environment))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("credentials")
        .hasMessageNotContaining("mistaken");
  }

  @Test
  void aServerOfAPrivateAuthorityIsTrustedIfThatIs() {
    ConnectionSettings settings = trusting(S3Server.shared().authority());
    try (ObjectStore store =
        RemoteStores.open(address, settings, S3Server.shared().tlsEnvironment())) {
      store.put(new ObjectKey("a"), Body.of(new byte[] {1}));
      assertThat(store.get(new ObjectKey("a"), 1)).hasValue(new byte[] {1});
    }
    assertThatThrownBy(() -> open(address, S3Server.shared().tlsEnvironment()))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("--cacert");
  }

  private static ConnectionSettings trusting(Path authority) {
    ConnectionSettings some = ConnectionSettings.DEFAULT;
    return new ConnectionSettings(
        some.endpoint(), some.region(), Optional.of(authority), some.connections(), some.timeout());
  }

  @Test
  void longListingsAreWhole() {
    Set<String> names = new HashSet<>();
    try (ObjectStore store = newStore()) {
      IntStream.range(0, 1_203)
          .parallel()
          .forEach(
              n -> store.put(new ObjectKey("many/%d/x".formatted(n)), Body.of(new byte[n % 3])));
      store.list("many/", info -> assertThat(names.add(info.key().value())).isTrue());
      assertThat(names).hasSize(1_203);
      assertThat(store.children("many/")).hasSize(1_203);
      store.delete(names.stream().map(ObjectKey::new).toList());
      assertThat(store.children("")).isEmpty();
    }
  }

  @Test
  void itIsKnownToKeepWritersApart() {
    try (ObjectStore store = open(address, S3Server.shared().environment())) {
      assertThat(store.createsOnlyIfAbsent()).isTrue();
    }
  }

  private static ObjectStore open(BucketAddress address, Map<String, String> environment) {
    return RemoteStores.open(address, ConnectionSettings.DEFAULT, environment);
  }
}
