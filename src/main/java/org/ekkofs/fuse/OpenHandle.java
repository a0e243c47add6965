package org.ekkofs.fuse;

import org.ekkofs.vfs.OpenFile;

/**
 * An open file as a binding keeps it.
 *
 * @param file what is open
 * @param control whether it lies in the control directory, whose operations have threads of their
 *     own
 * @param node the kernel's number of a node that {@link BackingFiles} was asked about, or {@link
 *     #NEVER_PASSED}
 */
record OpenHandle(OpenFile file, boolean control, long node) {
  /** No node has this number. */
  static final long NEVER_PASSED = 0;
}
