package org.ekkofs.fuse;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.ekkofs.vfs.DirectoryNode;
import org.ekkofs.vfs.Errno;
import org.ekkofs.vfs.ErrnoException;
import org.ekkofs.vfs.FileNode;
import org.ekkofs.vfs.Node;

/**
 * The nodes that the kernel knows, with how often it has been told of each; they stay usable until
 * it has forgotten them as often, whatever becomes of their names. The kernel's number of a node is
 * its inode, but that of the root must be 1, so the two change places. Safe for use by many
 * threads.
 */
final class NodeTable {
  private static final long ROOT = 1;

  private record Known(Node node, long lookups) {}

  private final Map<Long, Known> known = new ConcurrentHashMap<>();
  private final DirectoryNode root;
  private final long rootInode;

  NodeTable(DirectoryNode root) {
    this.root = root;
    this.rootInode = root.attributes().inode();
  }

  /** The kernel's number of a node with this inode. */
  long number(long inode) {
    if (inode == rootInode) {
      return ROOT;
    }
    return inode == ROOT ? rootInode : inode;
  }

  /** Counts that the kernel is told of the node once more. */
  void remember(Node node, long number) {
    known.merge(number, new Known(node, 1), (old, one) -> new Known(node, old.lookups + 1));
  }

  /** Counts that the kernel has forgotten the node so many times. */
  void forget(long number, long times) {
    known.computeIfPresent(
        number, (n, old) -> old.lookups <= times ? null : new Known(old.node, old.lookups - times));
  }

  /**
   * The node of this number.
   *
   * @throws ErrnoException ESTALE if the kernel was not told of it
   */
  Node node(long number) {
    if (number == ROOT) {
      return root;
    }
    Known entry = known.get(number);
    if (entry == null) {
      throw new ErrnoException(Errno.ESTALE);
    }
    return entry.node;
  }

  /**
   * The directory of this number.
   *
   * @throws ErrnoException ENOTDIR if it is something else
   */
  DirectoryNode directory(long number) {
    if (node(number) instanceof DirectoryNode directory) {
      return directory;
    }
    throw new ErrnoException(Errno.ENOTDIR);
  }

  /**
   * The file of this number.
   *
   * @throws ErrnoException EISDIR or EINVAL if it is something else
   */
  FileNode file(long number) {
    Node node = node(number);
    if (node instanceof FileNode file) {
      return file;
    }
    throw new ErrnoException(node instanceof DirectoryNode ? Errno.EISDIR : Errno.EINVAL);
  }

  /** How many nodes the kernel knows besides the root. */
  int size() {
    return known.size();
  }
}
