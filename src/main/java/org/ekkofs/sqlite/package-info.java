/** How SQLite databases are opened, and what their errors mean. */
@NullMarked
package org.ekkofs.sqlite;

import org.jspecify.annotations.NullMarked;
