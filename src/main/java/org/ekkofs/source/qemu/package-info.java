/** Disks in the formats of QEMU, read by QEMU's own programs. */
@NullMarked
package org.ekkofs.source.qemu;

import org.jspecify.annotations.NullMarked;
