/** The commit log: a pure state machine, and the loop that appends to it. */
@NullMarked
package org.ekkofs.log;

import org.jspecify.annotations.NullMarked;
