package org.ekkofs.vfs;

import java.util.Map;

/**
 * Something in the mounted tree. Nodes are safe for use by many threads; they answer from memory
 * and do not wait for a store, unless they say so. An operation that fails throws {@link
 * ErrnoException} or an {@link org.ekkofs.model.EkkofsException}. A node stays usable after its
 * name has gone, for as long as somebody holds it.
 */
public sealed interface Node permits DirectoryNode, FileNode, LinkNode {
  /** What stat(2) says now. */
  Attributes attributes();

  /** The extended attributes, by full name ({@code user.ekkofs.id}), values in UTF-8. */
  default Map<String, String> extendedAttributes() {
    return Map.of();
  }

  /**
   * Whether this is the control directory or something in it. Everything else answers attempts to
   * change it with EROFS; here what is not supported gets EPERM.
   */
  default boolean writable() {
    return false;
  }
}
