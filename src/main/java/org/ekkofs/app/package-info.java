/** The command line, its configuration, and the wiring of everything else. */
@NullMarked
package org.ekkofs.app;

import org.jspecify.annotations.NullMarked;
