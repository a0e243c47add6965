package org.ekkofs.store.jclouds;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import okhttp3.ConnectionPool;
import okhttp3.ConnectionSpec;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;
import org.ekkofs.store.ConnectionSettings;

/** Makes the HTTP clients that requests go through. */
final class HttpClients {
  /** What is said of a failure is no longer; the rest is not read. */
  private static final long MAX_FAILURE_BYTES = 1 << 16;

  private static final String CONTENT_MD5 = "Content-MD5";
  private static final long IDLE_SECONDS = 50;

  /** Kept, since a logger that nobody holds forgets its level. */
  private static final Logger LIBRARY = Logger.getLogger(OkHttpClient.class.getName());

  static {
    LIBRARY.setLevel(Level.OFF);
  }

  private HttpClients() {}

  /**
   * A client with a pool of its own.
   *
   * @param encrypted whether requests will go through TLS
   * @param authorities the certificates to trust, if not the machine's
   */
  static OkHttpClient create(
      ConnectionSettings settings, boolean encrypted, Optional<Path> authorities) {
    long millis = settings.timeout().toMillis();
    OkHttpClient.Builder client =
        new OkHttpClient.Builder()
            .connectTimeout(millis, TimeUnit.MILLISECONDS)
            .readTimeout(millis, TimeUnit.MILLISECONDS)
            .writeTimeout(millis, TimeUnit.MILLISECONDS)
            .connectionPool(
                new ConnectionPool(2 * settings.connections(), IDLE_SECONDS, TimeUnit.SECONDS))
            .protocols(List.of(Protocol.HTTP_1_1))
            .addInterceptor(HttpClients::asItIs)
            .addNetworkInterceptor(HttpClients::briefly);
    if (encrypted) {
      authorities.map(Authorities::read).ifPresent(trust -> trust.install(client));
    } else {
      client.connectionSpecs(List.of(ConnectionSpec.CLEARTEXT));
    }
    return client.build();
  }

  static boolean encrypted(URI endpoint) {
    return "https".equalsIgnoreCase(endpoint.getScheme());
  }

  /**
   * Asks for objects as they are stored, since what is compressed on the way has no length; and has
   * no header twice, which the libraries do with one that they have signed.
   */
  private static Response asItIs(Interceptor.Chain chain) throws IOException {
    Request.Builder request = chain.request().newBuilder().header("Accept-Encoding", "identity");
    String md5 = chain.request().header(CONTENT_MD5);
    if (md5 != null) {
      request.header(CONTENT_MD5, md5);
    }
    return chain.proceed(request.build());
  }

  private static Response briefly(Interceptor.Chain chain) throws IOException {
    Response response = chain.proceed(chain.request());
    ResponseBody body = response.body();
    if (response.isSuccessful() || body == null || body.contentLength() == 0) {
      return response;
    }
    try (body) {
      return response.newBuilder().body(response.peekBody(MAX_FAILURE_BYTES)).build();
    }
  }

  /** Ends its connections. */
  static void close(OkHttpClient client) {
    client.dispatcher().executorService().shutdown();
    client.connectionPool().evictAll();
  }
}
