/** Backups written back as images of the formats that QEMU knows. */
@NullMarked
package org.ekkofs.restore;

import org.jspecify.annotations.NullMarked;
