/** The control directory's command grammar, and the jobs it starts. */
@NullMarked
package org.ekkofs.control;

import org.jspecify.annotations.NullMarked;
