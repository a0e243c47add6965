package org.ekkofs.model;

import org.jspecify.annotations.Nullable;

/** The request is wrong: a malformed name, an impossible value. */
public final class InvalidException extends EkkofsException {
  private static final long serialVersionUID = 1L;

  /** With a message for the user and nothing below it. */
  public InvalidException(String message) {
    this(message, null);
  }

  /** With a message for the user and what caused it. */
  public InvalidException(String message, @Nullable Throwable cause) {
    super(ErrorKind.INVALID, message, cause);
  }
}
