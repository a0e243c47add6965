package org.ekkofs.model;

import org.jspecify.annotations.Nullable;

/** The name is taken. */
public final class AlreadyExistsException extends EkkofsException {
  private static final long serialVersionUID = 1L;

  /** With a message for the user and nothing below it. */
  public AlreadyExistsException(String message) {
    this(message, null);
  }

  /** With a message for the user and what caused it. */
  public AlreadyExistsException(String message, @Nullable Throwable cause) {
    super(ErrorKind.ALREADY_EXISTS, message, cause);
  }
}
