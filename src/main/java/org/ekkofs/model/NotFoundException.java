package org.ekkofs.model;

import org.jspecify.annotations.Nullable;

/** What was named does not exist; the store was there to say so. */
public final class NotFoundException extends EkkofsException {
  private static final long serialVersionUID = 1L;

  /** With a message for the user and nothing below it. */
  public NotFoundException(String message) {
    this(message, null);
  }

  /** With a message for the user and what caused it. */
  public NotFoundException(String message, @Nullable Throwable cause) {
    super(ErrorKind.NOT_FOUND, message, cause);
  }
}
