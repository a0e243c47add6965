/** FUSE bindings that translate kernel requests into calls on the virtual filesystem. */
@NullMarked
package org.ekkofs.fuse;

import org.jspecify.annotations.NullMarked;
