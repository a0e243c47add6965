/** Exports of NBD servers as disks, read through libnbd. */
@NullMarked
package org.ekkofs.source.nbd;

import org.jspecify.annotations.NullMarked;
