/** Images of QEMU's formats, served by QEMU's own programs. */
@NullMarked
package org.ekkofs.source.qemu;

import org.jspecify.annotations.NullMarked;
