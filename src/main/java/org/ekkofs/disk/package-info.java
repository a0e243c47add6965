/** A backup as readable bytes: segments assembled from cached, verified chunks. */
@NullMarked
package org.ekkofs.disk;

import org.jspecify.annotations.NullMarked;
