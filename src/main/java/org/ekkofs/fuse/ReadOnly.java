package org.ekkofs.fuse;

import org.ekkofs.vfs.Errno;
import org.ekkofs.vfs.ErrnoException;
import org.ekkofs.vfs.Node;

/** How changes are refused. */
final class ReadOnly {
  private ReadOnly() {}

  /** What is not supported gives EPERM where some things can be changed, EROFS elsewhere. */
  static ErrnoException refusal(Node node) {
    return new ErrnoException(node.writable() ? Errno.EPERM : Errno.EROFS);
  }

  /**
   * Lets pass what may be changed in some way.
   *
   * @throws ErrnoException EROFS for everything else
   */
  static void require(Node node) {
    if (!node.writable()) {
      throw new ErrnoException(Errno.EROFS);
    }
  }
}
