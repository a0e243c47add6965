package org.ekkofs.store.jclouds;

import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import org.ekkofs.store.BucketAddress;
import org.ekkofs.testing.SwiftServer;
import org.junit.jupiter.api.Tag;

@Tag("long")
class FaultySwiftIT extends FaultyServerContract {
  @Override
  URI server() {
    return SwiftServer.shared().endpoint();
  }

  @Override
  Map<String, String> environment(URI endpoint) {
    Map<String, String> environment = new HashMap<>(SwiftServer.shared().environment());
    environment.put("ST_AUTH", endpoint + "/auth/v1.0");
    return environment;
  }

  @Override
  BucketAddress bucket(String name) {
    return BucketAddress.parse("swift", name);
  }
}
