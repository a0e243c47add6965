package org.ekkofs.store.jclouds;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Logs in when there is need to: at first, shortly before the token expires, and when the store
 * does not know it any more. Safe for use by many threads, of which one logs in.
 */
final class SwiftSessions {
  private static final String TOKEN = "X-Auth-Token";
  private static final Duration AHEAD = Duration.ofSeconds(30);

  private final SwiftLogin login;
  private final OkHttpClient client;
  private final Supplier<Instant> clock;

  /** Guarded by this. */
  private @Nullable SwiftSession current;

  /** When {@link #current} is to be replaced; guarded by this. */
  private Instant replaced = Instant.MIN;

  SwiftSessions(SwiftLogin login, OkHttpClient client, Supplier<Instant> clock) {
    this.login = login;
    this.client = client;
    this.clock = clock;
  }

  /** A token that should be good. */
  String token() {
    return session().token();
  }

  /** Where the account is. */
  URI storage() {
    return session().storage();
  }

  private synchronized SwiftSession session() {
    SwiftSession session = current;
    if (session != null && clock.get().isBefore(replaced)) {
      return session;
    }
    try {
      session = login.login(client);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Duration life = Duration.between(clock.get(), session.expires());
    // A token that has expired already, by a clock that may be wrong, is used until it is refused.
    replaced =
        life.compareTo(AHEAD.multipliedBy(2)) > 0 ? session.expires().minus(AHEAD) : Instant.MAX;
    current = session;
    return session;
  }

  /** A client that asks once more, with a new token, when the store does not know one any more. */
  OkHttpClient renewing(OkHttpClient bare) {
    return bare.newBuilder().addInterceptor(this::renew).build();
  }

  private Response renew(Interceptor.Chain chain) throws IOException {
    Request request = chain.request();
    Response response = chain.proceed(request);
    String token = request.header(TOKEN);
    if (response.code() != 401 || token == null) {
      return response;
    }
    response.close();
    forget(token);
    return chain.proceed(request.newBuilder().header(TOKEN, token()).build());
  }

  /** Unless there is another one by now. */
  private synchronized void forget(String token) {
    if (current != null && current.token().equals(token)) {
      current = null;
    }
  }
}
