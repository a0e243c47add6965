/** Manifests: SQLite databases that map the segments of a backup to chunks. */
@NullMarked
package org.ekkofs.manifest;

import org.jspecify.annotations.NullMarked;
