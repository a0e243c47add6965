package org.ekkofs.testing;

import java.util.Optional;

/** What networks, gateways and busy servers do to a request. */
public enum HttpFault {
  /** The connection breaks before the server hears of it. */
  RESET,
  /** The connection breaks when the server has half of the request's body. */
  RESET_IN_REQUEST,
  /** The server does it, and the connection breaks before anybody hears that. */
  ANSWER_LOST,
  /** The connection breaks in the middle of the answer's body. */
  RESET_IN_BODY,
  /** The connection ends in the middle of the answer's body, in good order. */
  TRUNCATED,
  /** Half of the answer's body comes, and then nothing. */
  STALLED_IN_BODY,
  /** Nothing comes. */
  STALLED,
  /** A byte in the middle of the answer's body is another one. */
  CHANGED_BYTE,
  /** 503, and nothing done. */
  SLOW_DOWN,
  /** 500, and nothing done. */
  INTERNAL_ERROR,
  /** 403, as one who may not. */
  ACCESS_DENIED,
  /** 403, as one whose time is over. */
  EXPIRED;

  /** What is answered in the server's stead, if that is what goes wrong. */
  Optional<HttpMessage> answer() {
    return switch (this) {
      case SLOW_DOWN -> Optional.of(HttpMessage.error("503 Slow Down", "SlowDown"));
      case INTERNAL_ERROR ->
          Optional.of(HttpMessage.error("500 Internal Server Error", "InternalError"));
      case ACCESS_DENIED -> Optional.of(HttpMessage.error("403 Forbidden", "AccessDenied"));
      case EXPIRED -> Optional.of(HttpMessage.error("403 Forbidden", "ExpiredToken"));
      default -> Optional.empty();
    };
  }
}
