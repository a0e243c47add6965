/** The services on a repository: snapshot, delete, verify, restore. */
@NullMarked
package org.ekkofs.backup;

import org.jspecify.annotations.NullMarked;
