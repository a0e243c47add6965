/** Commit logs in a PostgreSQL database. */
@NullMarked
package org.ekkofs.log.postgresql;

import org.jspecify.annotations.NullMarked;
