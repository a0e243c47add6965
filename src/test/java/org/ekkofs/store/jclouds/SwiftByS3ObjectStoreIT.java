package org.ekkofs.store.jclouds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.UUID;
import org.ekkofs.model.RefusedException;
import org.ekkofs.store.BucketAddress;
import org.ekkofs.store.ConnectionSettings;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectStore;
import org.ekkofs.testing.ObjectStoreContract;
import org.ekkofs.testing.SwiftServer;
import org.junit.jupiter.api.Test;

/** Swift, spoken to as S3: it knows no conditions, and pages in its own way. */
class SwiftByS3ObjectStoreIT extends ObjectStoreContract {
  private final BucketAddress address = BucketAddress.parse("s3", "contract-" + UUID.randomUUID());

  @Override
  protected ObjectStore newStore() {
    return RemoteStores.create(
        address, ConnectionSettings.DEFAULT, SwiftServer.shared().s3Environment());
  }

  @Override
  protected boolean keepsWritersApart() {
    return false;
  }

  @Test
  void aLogCannotBeWritten() {
    try (ObjectStore store = newStore()) {
      assertThat(store.createsOnlyIfAbsent()).isFalse();
      ObjectKey record = new ObjectKey("trees/t/log/0000000000000001");
      assertThatThrownBy(() -> store.createIfAbsent(record, new byte[1]))
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("--single-writer");
      assertThat(store.get(record, 10)).isEmpty();
    }
  }
}
