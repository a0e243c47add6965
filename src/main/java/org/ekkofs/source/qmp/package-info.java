/** Machines of QEMU that run: how they are spoken to, and how their disks are held still. */
@NullMarked
package org.ekkofs.source.qmp;

import org.jspecify.annotations.NullMarked;
