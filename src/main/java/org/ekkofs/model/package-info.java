/** The vocabulary of ekkofs as immutable values, and the errors a user can act on. */
@NullMarked
package org.ekkofs.model;

import org.jspecify.annotations.NullMarked;
