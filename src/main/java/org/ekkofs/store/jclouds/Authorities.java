package org.ekkofs.store.jclouds;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Arrays;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import okhttp3.OkHttpClient;
import org.ekkofs.model.InvalidException;

/** The certificates of a PEM file, as the only ones that servers are trusted by. */
record Authorities(SSLContext context, X509TrustManager manager) {
  /**
   * Reads them.
   *
   * @throws InvalidException if there is no such file, or no certificate in it
   */
  static Authorities read(Path file) {
    try {
      X509TrustManager manager = manager(store(certificates(file)));
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {manager}, null);
      return new Authorities(context, manager);
    } catch (IOException | GeneralSecurityException e) {
      throw new InvalidException(
          "the certificates to trust cannot be read from %s: %s".formatted(file, e.getMessage()),
          e);
    }
  }

  private static Collection<? extends Certificate> certificates(Path file)
      throws IOException, GeneralSecurityException {
    if (!Files.isRegularFile(file)) {
      throw new IOException("there is no such file");
    }
    try (InputStream in = Files.newInputStream(file)) {
      Collection<? extends Certificate> certificates =
          CertificateFactory.getInstance("X.509").generateCertificates(in);
      if (certificates.isEmpty()) {
        throw new IOException("there is none in it");
      }
      return certificates;
    }
  }

  private static KeyStore store(Collection<? extends Certificate> certificates)
      throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    int n = 0;
    for (Certificate certificate : certificates) {
      store.setCertificateEntry(Integer.toString(n++), certificate);
    }
    return store;
  }

  private static X509TrustManager manager(KeyStore store) throws GeneralSecurityException {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return Arrays.stream(factory.getTrustManagers())
        .filter(X509TrustManager.class::isInstance)
        .map(X509TrustManager.class::cast)
        .findFirst()
        .orElseThrow();
  }

  /** Has a client trust them. */
  void install(OkHttpClient.Builder client) {
    client.sslSocketFactory(context.getSocketFactory(), manager);
  }
}
