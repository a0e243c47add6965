package org.ekkofs.store.jclouds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.ekkofs.model.NotFoundException;
import org.ekkofs.model.RefusedException;
import org.ekkofs.store.Body;
import org.ekkofs.store.BucketAddress;
import org.ekkofs.store.ConnectionSettings;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectStore;
import org.ekkofs.testing.ObjectStoreContract;
import org.ekkofs.testing.SwiftServer;
import org.junit.jupiter.api.Test;

class SwiftObjectStoreIT extends ObjectStoreContract {
  private final BucketAddress address =
      BucketAddress.parse("swift", "contract-" + UUID.randomUUID() + "/below/here");

  @Override
  protected ObjectStore newStore() {
    return RemoteStores.create(
        address, ConnectionSettings.DEFAULT, SwiftServer.shared().environment());
  }

  @Test
  void aContainerThatIsNotThereIsNotFound() {
    BucketAddress missing = BucketAddress.parse("swift", "missing-" + UUID.randomUUID());
    assertThatThrownBy(() -> open(missing, SwiftServer.shared().environment()))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining(missing.bucket());
  }

  @Test
  void aWrongKeyIsRefusedAndNotTold() {
    Map<String, String> environment = new HashMap<>(SwiftServer.shared().environment());
    environment.put("ST_KEY", "mistaken");
    assertThatThrownBy(() -> open(address, environment))
        .isInstanceOf(RefusedException.class)
        .hasMessageNotContaining("mistaken");
  }

  @Test
  void whoHasNoRightsIsRefused() {
    assertThatThrownBy(() -> open(address, SwiftServer.shared().readerEnvironment()))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("may not");
  }

  @Test
  void manyObjectsAreDeletedAtOnce() {
    try (ObjectStore store = open(address, SwiftServer.shared().environment())) {
      List<ObjectKey> keys =
          IntStream.range(0, 200).mapToObj(n -> new ObjectKey("chunks/" + n)).toList();
      keys.parallelStream().forEach(key -> store.put(key, Body.of(new byte[10])));
      store.delete(keys);
      store.list("", info -> assertThat(info).isNull());
    }
  }

  @Test
  void itIsKnownNotToKeepWritersApart() {
    try (ObjectStore store = open(address, SwiftServer.shared().environment())) {
      assertThat(store.createsOnlyIfAbsent()).isFalse();
    }
  }

  private static ObjectStore open(BucketAddress address, Map<String, String> environment) {
    return RemoteStores.open(address, ConnectionSettings.DEFAULT, environment);
  }

  /** What Swift answers to one writer after the other is right, so this is all that is missing. */
  @Override
  protected boolean keepsWritersApart() {
    return false;
  }
}
