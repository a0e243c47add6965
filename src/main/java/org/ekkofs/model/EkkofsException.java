package org.ekkofs.model;

import org.jspecify.annotations.Nullable;

/**
 * A failure with a message for the user: one line that says what is wrong and, where it helps, what
 * to do.
 */
public abstract sealed class EkkofsException extends RuntimeException
    permits FailedException,
        InvalidException,
        NotFoundException,
        AlreadyExistsException,
        RefusedException,
        CorruptException,
        StoreUnavailableException,
        CancelledException {
  private static final long serialVersionUID = 1L;

  private final ErrorKind kind;

  EkkofsException(ErrorKind kind, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /** The kind, which decides exit status and errno. */
  public final ErrorKind kind() {
    return kind;
  }
}
