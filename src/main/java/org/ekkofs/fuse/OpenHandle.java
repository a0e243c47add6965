package org.ekkofs.fuse;

import org.ekkofs.vfs.OpenFile;

/**
 * An open file as a binding keeps it.
 *
 * @param file what is open
 * @param control whether it lies in the control directory, whose operations have threads of their
 *     own
 */
record OpenHandle(OpenFile file, boolean control) {}
