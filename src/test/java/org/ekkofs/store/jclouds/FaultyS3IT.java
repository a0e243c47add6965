package org.ekkofs.store.jclouds;

import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import org.ekkofs.store.BucketAddress;
import org.ekkofs.testing.S3Server;
import org.junit.jupiter.api.Tag;

@Tag("long")
class FaultyS3IT extends FaultyServerContract {
  @Override
  URI server() {
    return S3Server.shared().endpoint();
  }

  @Override
  Map<String, String> environment(URI endpoint) {
    Map<String, String> environment = new HashMap<>(S3Server.shared().environment());
    environment.put("AWS_ENDPOINT_URL", endpoint.toString());
    return environment;
  }

  @Override
  BucketAddress bucket(String name) {
    return BucketAddress.parse("s3", name);
  }
}
