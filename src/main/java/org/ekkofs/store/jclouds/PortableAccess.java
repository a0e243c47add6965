package org.ekkofs.store.jclouds;

import com.google.gson.JsonParseException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import org.ekkofs.model.InvalidException;
import org.ekkofs.store.ConnectionSettings;
import org.jclouds.domain.Credentials;
import org.jclouds.googlecloud.GoogleCredentialsFromJson;

/**
 * How one of the stores is reached of which only what all have in common is used.
 *
 * @param provider the library's name for it
 * @param endpoint its address, if not the provider's own
 */
record PortableAccess(
    String provider,
    String identity,
    String credential,
    Optional<URI> endpoint,
    Optional<Path> authorities) {
  /** With an account's name and key, as Azure's tools find them. */
  static PortableAccess azure(Environment environment, ConnectionSettings settings) {
    return of(
        "azureblob",
        required(environment, "AZURE_STORAGE_ACCOUNT"),
        required(environment, "AZURE_STORAGE_KEY"),
        settings);
  }

  /** With the key of an application, as B2's tools find it. */
  static PortableAccess b2(Environment environment, ConnectionSettings settings) {
    return of(
        "b2",
        required(environment, "B2_APPLICATION_KEY_ID"),
        required(environment, "B2_APPLICATION_KEY"),
        settings);
  }

  /** With the file of a service account, as Google's tools find it. */
  static PortableAccess google(Environment environment, ConnectionSettings settings) {
    String file = required(environment, "GOOGLE_APPLICATION_CREDENTIALS");
    String json =
        Environment.read(environment.path(file))
            .orElseThrow(
                () ->
                    new InvalidException(
                        "there is no file " + file + " (GOOGLE_APPLICATION_CREDENTIALS)"));
    try {
      Credentials credentials = new GoogleCredentialsFromJson(json).get();
      return of("google-cloud-storage", credentials.identity, credentials.credential, settings);
    } catch (IllegalArgumentException
        | IllegalStateException
        | NullPointerException
        | JsonParseException e) {
      // Its message may quote the key.
      throw new InvalidException(file + " is not the key of a service account");
    }
  }

  private static PortableAccess of(
      String provider, String identity, String credential, ConnectionSettings settings) {
    return new PortableAccess(
        provider,
        identity,
        credential,
        settings.endpoint().map(url -> Environment.server(url.toString(), "--endpoint")),
        settings.caCertificates());
  }

  private static String required(Environment environment, String name) {
    return environment
        .get(name)
        .orElseThrow(
            () -> new InvalidException("there are no credentials for the store: set " + name));
  }

  /** Without secrets. */
  @Override
  public String toString() {
    return provider;
  }
}
