/** An object store in a local folder: atomic, durable, and the embedded default. */
@NullMarked
package org.ekkofs.store.folder;

import org.jspecify.annotations.NullMarked;
