package org.ekkofs.store.jclouds;

import com.google.common.base.Throwables;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.Names;
import org.ekkofs.model.RefusedException;
import org.ekkofs.model.StoreUnavailableException;
import org.jclouds.aws.AWSResponseException;
import org.jclouds.blobstore.ContainerNotFoundException;
import org.jclouds.http.HttpResponse;
import org.jclouds.http.HttpResponseException;
import org.jclouds.rest.AuthorizationException;
import org.jclouds.rest.ResourceNotFoundException;
import org.jspecify.annotations.Nullable;

/** What failures of the libraries mean. No message has anything of a request in it but its key. */
record Failures(String store) {
  /** The status of an answer to what the store does not know how to do. */
  static final int UNKNOWN_REQUEST = 501;

  private static final int MAX_SAID = 200;

  /** Codes that say that it is the credentials, whatever the request. */
  private static final Set<String> CREDENTIALS =
      Set.of(
          "InvalidAccessKeyId",
          "SignatureDoesNotMatch",
          "InvalidToken",
          "ExpiredToken",
          "TokenRefreshRequired",
          "InvalidSecurity",
          "AuthFailure",
          "NotSignedUp",
          "AccountProblem");

  /** Codes of status 400 that say that the body did not arrive as it was sent. */
  private static final Set<String> GARBLED =
      Set.of(
          "BadDigest",
          "IncompleteBody",
          "RequestTimeout",
          "XAmzContentSHA256Mismatch",
          "InvalidDigest");

  /** The status of the answer that is behind a failure; 0 if there was none. */
  static int status(Throwable failure) {
    return response(failure).map(HttpResponse::getStatusCode).orElse(0);
  }

  private static Optional<HttpResponse> response(Throwable failure) {
    return find(failure, HttpResponseException.class).map(HttpResponseException::getResponse);
  }

  private static <T> Optional<T> find(Throwable failure, Class<T> type) {
    return Throwables.getCausalChain(failure).stream()
        .filter(type::isInstance)
        .map(type::cast)
        .findFirst();
  }

  /** Whether the store says that what was asked for is not there. */
  static boolean saysNotFound(Throwable failure) {
    return status(failure) == 404 || find(failure, ResourceNotFoundException.class).isPresent();
  }

  /** Whether the store does not know this kind of request. */
  static boolean saysUnknownRequest(Throwable failure) {
    return switch (status(failure)) {
      case 405, 501 -> true;
      case 400 ->
          Set.of("NotImplemented", "MalformedXML", "InvalidArgument").contains(code(failure));
      default -> false;
    };
  }

  private static String code(Throwable failure) {
    return find(failure, AWSResponseException.class)
        .map(AWSResponseException::getError)
        .map(error -> error.getCode())
        .orElse("");
  }

  /**
   * The failure as the user is told of it.
   *
   * @param what what was tried: "read KEY"
   */
  EkkofsException explain(Throwable failure, String what) {
    if (failure instanceof EkkofsException explained) {
      return explained;
    }
    Optional<EkkofsException> own = find(failure, EkkofsException.class);
    if (own.isPresent()) {
      return own.get();
    }
    if (Thread.currentThread().isInterrupted()
        && find(failure, InterruptedIOException.class).isPresent()) {
      return new CancelledException("interrupted while waiting for " + store, failure);
    }
    int status = status(failure);
    // An answer that began well and broke off is none.
    return status < 300 ? withoutAnswer(failure, what) : answered(failure, status, what);
  }

  private EkkofsException withoutAnswer(Throwable failure, String what) {
    if (find(failure, ContainerNotFoundException.class).isPresent()) {
      return gone();
    }
    if (find(failure, AuthorizationException.class).isPresent()) {
      return credentials("");
    }
    if (isMistrust(failure)) {
      return new RefusedException(
          "%s: the server's certificate is not trusted; name the authority's with --cacert FILE, or see whether the address is right"
              .formatted(store),
          failure);
    }
    return new StoreUnavailableException(
        "%s: cannot %s: %s".formatted(store, what, reason(failure)), failure);
  }

  private static boolean isMistrust(Throwable failure) {
    return find(failure, CertificateException.class).isPresent()
        || find(failure, CertPathValidatorException.class).isPresent()
        || find(failure, CertPathBuilderException.class).isPresent()
        || find(failure, SSLPeerUnverifiedException.class).isPresent();
  }

  private static String reason(Throwable failure) {
    if (find(failure, UnknownHostException.class).isPresent()) {
      return "its host is not known";
    }
    if (find(failure, ConnectException.class).isPresent()) {
      return "it cannot be reached";
    }
    if (find(failure, SocketTimeoutException.class).isPresent()) {
      return "it does not answer";
    }
    return find(failure, IOException.class)
        .map(Throwable::getMessage)
        .map(Failures::short_)
        .orElse("its answer makes no sense");
  }

  private static String short_(@Nullable String text) {
    String line = Names.printable(String.valueOf(text).lines().findFirst().orElse(""));
    return line.length() <= MAX_SAID ? line : line.substring(0, MAX_SAID) + "…";
  }

  /**
   * Without what it was caused by: that quotes the answer, and an answer may quote the token of the
   * request.
   */
  private EkkofsException answered(Throwable failure, int status, String what) {
    String code = code(failure);
    return switch (status) {
      case 301, 302, 303, 307, 308 ->
          new RefusedException(
              "%s: the store says that the bucket is somewhere else; set --region or --endpoint"
                  .formatted(store));
      case 400 -> malformed(code, what);
      case 401 -> credentials(code);
      case 403 -> forbidden(status, code, what);
      case 404 -> gone();
      case 408, 409, 422, 425, 429 -> unavailable(status, code, what);
      case 501 ->
          new RefusedException(
              "%s: the store cannot %s, as it does not know how".formatted(store, what));
      default ->
          status >= 500
              ? unavailable(status, code, what)
              : new RefusedException(
                  "%s: the store refuses to %s: %s".formatted(store, what, said(status, code)));
    };
  }

  private EkkofsException malformed(String code, String what) {
    if (GARBLED.contains(code)) {
      return unavailable(400, code, what);
    }
    if (code.equals("AuthorizationHeaderMalformed") || code.equals("IllegalLocationConstraint")) {
      return new RefusedException(
          "%s: the store has another region than the one given; set --region".formatted(store));
    }
    return forbidden(400, code, what);
  }

  private EkkofsException forbidden(int status, String code, String what) {
    if (code.equals("RequestTimeTooSkewed") || code.equals("RequestExpired")) {
      return new RefusedException(
          "%s: the store's time is another than this machine's; set this machine's clock right"
              .formatted(store));
    }
    if (CREDENTIALS.contains(code)) {
      return credentials(code);
    }
    return new RefusedException(
        "%s: these credentials may not %s (%s)".formatted(store, what, said(status, code)));
  }

  private RefusedException credentials(String code) {
    return new RefusedException(
        "%s: the store does not accept the credentials%s"
            .formatted(store, code.isEmpty() ? "" : " (" + short_(code) + ")"));
  }

  private StoreUnavailableException unavailable(int status, String code, String what) {
    return new StoreUnavailableException(
        "%s: cannot %s now: %s".formatted(store, what, said(status, code)));
  }

  private static String said(int status, String code) {
    String meaning =
        switch (status) {
          case 429, 503 -> "it has too much to do";
          case 507 -> "it is full";
          default -> "it answered " + status;
        };
    return code.isEmpty() ? meaning : meaning + ", " + short_(code).toLowerCase(Locale.ROOT);
  }

  /** The bucket was there when it was opened. Nothing that was in it is called missing. */
  StoreUnavailableException gone() {
    return new StoreUnavailableException(store + ": the bucket or container is not there any more");
  }
}
