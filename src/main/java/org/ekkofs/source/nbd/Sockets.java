package org.ekkofs.source.nbd;

import jnr.ffi.LibraryLoader;
import jnr.ffi.LibraryOption;
import org.ekkofs.model.FailedException;

/** Second descriptors of sockets that belong to a library, by which to end what it waits for. */
final class Sockets {
  private static final int F_DUPFD_CLOEXEC = 1030;
  private static final int SHUT_RDWR = 2;

  private static final Functions FUNCTIONS =
      LibraryLoader.create(Functions.class)
          .option(LibraryOption.IgnoreError, true)
          .failImmediately()
          .load("c");

  /** Bound by jnr-ffi. */
  public interface Functions {
    /** See fcntl(2). */
    int fcntl(int descriptor, int command, int argument);

    /** See shutdown(2). */
    int shutdown(int descriptor, int how);

    /** See close(2). */
    int close(int descriptor);
  }

  private Sockets() {}

  /** Another descriptor of the same socket, for the caller to close. */
  static int duplicate(int descriptor) {
    int copy = FUNCTIONS.fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
    if (copy < 0) {
      throw new FailedException("too many files are open: no descriptor is left for a socket");
    }
    return copy;
  }

  /** Ends the connection: whoever waits for it is told that it is over. */
  static void shutdown(int descriptor) {
    FUNCTIONS.shutdown(descriptor, SHUT_RDWR);
  }

  /** Closes the descriptor. */
  static void close(int descriptor) {
    FUNCTIONS.close(descriptor);
  }
}
