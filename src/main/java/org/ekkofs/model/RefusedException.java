package org.ekkofs.model;

import org.jspecify.annotations.Nullable;

/** The request was understood and declined for the safety of what is stored. */
public final class RefusedException extends EkkofsException {
  private static final long serialVersionUID = 1L;

  /** With a message for the user and nothing below it. */
  public RefusedException(String message) {
    this(message, null);
  }

  /** With a message for the user and what caused it. */
  public RefusedException(String message, @Nullable Throwable cause) {
    super(ErrorKind.REFUSED, message, cause);
  }
}
