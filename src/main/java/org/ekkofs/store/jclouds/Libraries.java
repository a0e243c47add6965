package org.ekkofs.store.jclouds;

import com.google.inject.AbstractModule;
import com.google.inject.Module;
import java.io.Closeable;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import okhttp3.OkHttpClient;
import org.ekkofs.store.ConnectionSettings;
import org.jclouds.Constants;
import org.jclouds.ContextBuilder;
import org.jclouds.apis.ApiMetadata;
import org.jclouds.domain.Credentials;
import org.jclouds.http.okhttp.OkHttpClientSupplier;
import org.jclouds.http.okhttp.config.OkHttpCommandExecutorServiceModule;

/** How every library of a provider is set up: it does what it is told once, and is silent. */
final class Libraries {
  private Libraries() {}

  /** The interface of a provider's library. */
  static <A extends Closeable> A open(
      ContextBuilder builder,
      Class<A> api,
      URI endpoint,
      ConnectionSettings settings,
      OkHttpClient client,
      Properties properties,
      Module... modules) {
    return prepare(builder, Optional.of(endpoint), settings, client, properties, modules)
        .buildApi(api);
  }

  /** A builder to which nothing is left to tell. */
  static ContextBuilder prepare(
      ContextBuilder builder,
      Optional<URI> endpoint,
      ConnectionSettings settings,
      OkHttpClient client,
      Properties properties,
      Module... modules) {
    Properties all = common(settings);
    all.putAll(properties);
    List<Module> used = new ArrayList<>(Arrays.asList(modules));
    used.add(new Silence());
    used.add(new OkHttpCommandExecutorServiceModule());
    used.add(new Client(client));
    endpoint.map(URI::toString).ifPresent(builder::endpoint);
    return builder.overrides(all).modules(used);
  }

  private static Properties common(ConnectionSettings settings) {
    String millis = Long.toString(settings.timeout().toMillis());
    Properties properties = new Properties();
    properties.setProperty(Constants.PROPERTY_MAX_RETRIES, "0");
    properties.setProperty(Constants.PROPERTY_MAX_REDIRECTS, "0");
    properties.setProperty(Constants.PROPERTY_CONNECTION_TIMEOUT, millis);
    properties.setProperty(Constants.PROPERTY_SO_TIMEOUT, millis);
    // With it, statuses are hidden by what the driver makes of a connection that is closed.
    properties.setProperty(Constants.PROPERTY_STRIP_EXPECT_HEADER, "true");
    // Some providers' defaults accept any certificate, for whatever host.
    properties.setProperty(Constants.PROPERTY_RELAX_HOSTNAME, "false");
    properties.setProperty(Constants.PROPERTY_TRUST_ALL_CERTS, "false");
    return properties;
  }

  /** A builder for an interface without what would make it portable. */
  static ContextBuilder builder(ApiMetadata metadata, Credentials credentials) {
    return ContextBuilder.newBuilder(metadata).credentialsSupplier(() -> credentials);
  }

  private static final class Client extends AbstractModule {
    private final OkHttpClient client;

    private Client(OkHttpClient client) {
      this.client = client;
    }

    @Override
    protected void configure() {
      bind(OkHttpClientSupplier.class).toInstance(() -> client);
    }
  }
}
