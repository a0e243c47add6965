package org.ekkofs.model;

import org.jspecify.annotations.Nullable;

/** Stored bytes are missing or are not what they must be. */
public final class CorruptException extends EkkofsException {
  private static final long serialVersionUID = 1L;

  /** With a message for the user and nothing below it. */
  public CorruptException(String message) {
    this(message, null);
  }

  /** With a message for the user and what caused it. */
  public CorruptException(String message, @Nullable Throwable cause) {
    super(ErrorKind.CORRUPT, message, cause);
  }
}
