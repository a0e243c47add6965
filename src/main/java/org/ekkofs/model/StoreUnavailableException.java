package org.ekkofs.model;

import org.jspecify.annotations.Nullable;

/** The store could not be asked or written; whether the object exists is unknown. */
public final class StoreUnavailableException extends EkkofsException {
  private static final long serialVersionUID = 1L;

  /** With a message for the user and nothing below it. */
  public StoreUnavailableException(String message) {
    this(message, null);
  }

  /** With a message for the user and what caused it. */
  public StoreUnavailableException(String message, @Nullable Throwable cause) {
    super(ErrorKind.STORE_UNAVAILABLE, message, cause);
  }
}
