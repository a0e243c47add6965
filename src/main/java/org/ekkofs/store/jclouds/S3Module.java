package org.ekkofs.store.jclouds;

import com.google.common.base.Function;
import com.google.common.base.Supplier;
import com.google.inject.Injector;
import com.google.inject.TypeLiteral;
import org.jclouds.domain.Location;
import org.jclouds.location.suppliers.ImplicitRegionIdSupplier;
import org.jclouds.rest.ConfiguresHttpApi;
import org.jclouds.s3.S3Client;
import org.jclouds.s3.config.S3HttpApiModule;
import org.jclouds.s3.filters.Aws4SignerBase.ServiceAndRegion;
import org.jclouds.s3.filters.RequestAuthorizeSignature;

/** Signs by {@link S3Signer}, for the region that was given, wherever the server is. */
@ConfiguresHttpApi
final class S3Module extends S3HttpApiModule<S3Client> {
  private static final String FIRST_REGION = "us-east-1";

  private final S3Access access;

  S3Module(S3Access access) {
    this.access = access;
  }

  @Override
  protected void configure() {
    super.configure();
    bind(ServiceAndRegion.class).toInstance(new Given(access.region()));
    bind(ImplicitRegionIdSupplier.class).toInstance(this::bucketRegion);
    // For listing buckets, which nobody does; the library's portable part would bring it.
    bind(new TypeLiteral<Function<String, Location>>() {}).toInstance(S3Module::nowhere);
  }

  /** Where Amazon is to make a bucket; in its first region it must not be said. */
  @SuppressWarnings("NullAway")
  private String bucketRegion() {
    return access.isAmazon() && !access.region().equals(FIRST_REGION) ? access.region() : null;
  }

  @SuppressWarnings("NullAway")
  private static Location nowhere(String bucket) {
    return null;
  }

  @Override
  @SuppressWarnings("NullAway")
  protected Supplier<String> defaultRegionForBucket(Supplier<String> defaultRegion) {
    return () -> null;
  }

  @Override
  protected RequestAuthorizeSignature providesRequestAuthorizeSignature(
      Injector injector, int version) {
    return new S3Signer(injector.getProvider(S3Signer.OneThread.class));
  }

  private record Given(String region) implements ServiceAndRegion {
    @Override
    public String service() {
      return "s3";
    }

    @Override
    public String region(String host) {
      return region;
    }
  }
}
