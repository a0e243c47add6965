package org.ekkofs.model;

import org.jspecify.annotations.Nullable;

/** Something on this machine failed: the source, the local disk, the kernel. */
public final class FailedException extends EkkofsException {
  private static final long serialVersionUID = 1L;

  /** With a message for the user and nothing below it. */
  public FailedException(String message) {
    this(message, null);
  }

  /** With a message for the user and what caused it. */
  public FailedException(String message, @Nullable Throwable cause) {
    super(ErrorKind.FAILED, message, cause);
  }
}
