/** What can be backed up, and which of its extents hold data. */
@NullMarked
package org.ekkofs.source;

import org.jspecify.annotations.NullMarked;
