package org.ekkofs.vfs;

/** An operation on a node that ends with an error number and needs no words. */
public final class ErrnoException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Errno errno;

  /** Ends an operation with the error number. */
  public ErrnoException(Errno errno) {
    super(errno.name(), null, false, false);
    this.errno = errno;
  }

  /** The error number. */
  public Errno errno() {
    return errno;
  }
}
