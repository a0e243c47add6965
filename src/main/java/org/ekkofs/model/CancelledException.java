package org.ekkofs.model;

import org.jspecify.annotations.Nullable;

/** The user stopped the work. */
public final class CancelledException extends EkkofsException {
  private static final long serialVersionUID = 1L;

  /** With a message for the user and nothing below it. */
  public CancelledException(String message) {
    this(message, null);
  }

  /** With a message for the user and what caused it. */
  public CancelledException(String message, @Nullable Throwable cause) {
    super(ErrorKind.CANCELLED, message, cause);
  }
}
