package org.ekkofs.model;

/**
 * The kinds of failure a user can act on, each with the one exit status and the one errno that
 * stand for it everywhere.
 */
public enum ErrorKind {
  /** Something on this machine failed: the source, the local disk, the kernel. */
  FAILED(1, 5),
  /** The request itself is wrong and will be wrong again. */
  INVALID(2, 22),
  /** What was named does not exist, and the store was there to say so. */
  NOT_FOUND(3, 2),
  /** The name is taken. */
  ALREADY_EXISTS(4, 17),
  /** Understood, and declined for the safety of what is stored. */
  REFUSED(5, 1),
  /** Stored bytes are missing or not what they must be. */
  CORRUPT(6, 5),
  /** The store could not be asked, or could not take what was to be written; worth another try. */
  STORE_UNAVAILABLE(7, 5),
  /** Stopped by the user. */
  CANCELLED(130, 4);

  private final int exitStatus;
  private final int errno;

  ErrorKind(int exitStatus, int errno) {
    this.exitStatus = exitStatus;
    this.errno = errno;
  }

  /** The status a command ends with, 1 to 255. */
  public int exitStatus() {
    return exitStatus;
  }

  /** The positive Linux errno that a system call on the mount ends with. */
  public int errno() {
    return errno;
  }
}
