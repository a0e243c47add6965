/** The mounted tree as nodes, free of any FUSE type. */
@NullMarked
package org.ekkofs.vfs;

import org.jspecify.annotations.NullMarked;
