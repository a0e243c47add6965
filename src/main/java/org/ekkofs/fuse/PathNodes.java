package org.ekkofs.fuse;

import org.ekkofs.vfs.DirectoryNode;
import org.ekkofs.vfs.Errno;
import org.ekkofs.vfs.ErrnoException;
import org.ekkofs.vfs.FileNode;
import org.ekkofs.vfs.Node;

/** Finds nodes by their path, as libfuse 2 names them: "/", "/web", "/web/monday.raw". */
final class PathNodes {
  private final DirectoryNode root;

  PathNodes(DirectoryNode root) {
    this.root = root;
  }

  /**
   * The node at the path.
   *
   * @throws ErrnoException ENOENT if there is none, ENOTDIR if the way leads through a file
   */
  Node node(String path) {
    Node node = root;
    for (String name : path.split("/", -1)) {
      if (!name.isEmpty()) {
        node = asDirectory(node).lookup(name).orElseThrow(() -> new ErrnoException(Errno.ENOENT));
      }
    }
    return node;
  }

  /** The directory at the path. */
  DirectoryNode directory(String path) {
    return asDirectory(node(path));
  }

  /** The directory that holds the last name of the path. */
  DirectoryNode parent(String path) {
    return directory(path.substring(0, path.lastIndexOf('/') + 1));
  }

  /** The last name of the path. */
  static String name(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /** The file at the path. */
  FileNode file(String path) {
    Node node = node(path);
    if (node instanceof FileNode file) {
      return file;
    }
    throw new ErrnoException(node instanceof DirectoryNode ? Errno.EISDIR : Errno.EINVAL);
  }

  private static DirectoryNode asDirectory(Node node) {
    if (node instanceof DirectoryNode directory) {
      return directory;
    }
    throw new ErrnoException(Errno.ENOTDIR);
  }
}
