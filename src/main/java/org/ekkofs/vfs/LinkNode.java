package org.ekkofs.vfs;

/** A symbolic link. */
public non-sealed interface LinkNode extends Node {
  /** Where it points, relative to its directory. */
  String target();
}
