package org.ekkofs.vfs;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A directory. */
public non-sealed interface DirectoryNode extends Node {
  /**
   * A name in a directory.
   *
   * @param name without slashes; never "." or ".."
   * @param inode the node's number
   * @param type what the node is
   */
  record Entry(String name, long inode, Attributes.Type type) {}

  /** The node of this name, if there is one now. */
  Optional<Node> lookup(String name);

  /** Everything in the directory at this moment, without "." and "..". */
  List<Entry> list();

  /**
   * How long the kernel may remember that a name is, or is not, here, where it cannot be told of
   * changes; where it can, it may remember names of what is not {@link #writable} for long.
   */
  Duration namesValidFor();

  /**
   * Creates an empty file, for which the caller then calls {@link FileNode#open}.
   *
   * @throws ErrnoException EROFS outside the control directory, EEXIST if the name is taken, ENOSPC
   *     if there is no room for another
   */
  default FileNode create(String name) {
    throw new ErrnoException(Errno.EROFS);
  }

  /**
   * Removes a file.
   *
   * @throws ErrnoException EROFS outside the control directory, ENOENT if it is not there
   */
  default void remove(String name) {
    throw new ErrnoException(Errno.EROFS);
  }
}
