package org.ekkofs.store.jclouds;

import com.google.common.base.Supplier;
import com.google.inject.AbstractModule;
import com.google.inject.TypeLiteral;
import java.net.URI;
import java.util.Map;
import org.jclouds.location.suppliers.RegionIdToURISupplier;
import org.jclouds.openstack.keystone.auth.config.Authentication;

/** Has the library log in as {@link SwiftSessions} does, and know one region. */
final class SwiftModule extends AbstractModule {
  /** The name of the region, whatever the cloud calls it. */
  static final String REGION = "region";

  private final SwiftSessions sessions;

  SwiftModule(SwiftSessions sessions) {
    this.sessions = sessions;
  }

  @Override
  protected void configure() {
    bind(new TypeLiteral<Supplier<String>>() {})
        .annotatedWith(Authentication.class)
        .toInstance(sessions::token);
    Map<String, Supplier<URI>> regions = Map.of(REGION, sessions::storage);
    bind(RegionIdToURISupplier.class).toInstance(() -> regions);
  }
}
