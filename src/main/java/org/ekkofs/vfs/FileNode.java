package org.ekkofs.vfs;

/** A file. */
public non-sealed interface FileNode extends Node {
  /**
   * Opens the file. This may wait for the store and so must not run on a thread that serves others.
   *
   * @param write whether it will be written to
   * @throws ErrnoException EROFS when writing outside the control directory
   */
  OpenFile open(boolean write);

  /**
   * Cuts the content to nothing ({@code O_TRUNC}, {@code > file}) so that it can be written anew.
   *
   * @throws ErrnoException EROFS outside the control directory
   */
  default void truncate() {
    throw new ErrnoException(Errno.EROFS);
  }
}
