/** What keeps the content of a repository from those who can read, or change, its store. */
@NullMarked
package org.ekkofs.encryption;

import org.jspecify.annotations.NullMarked;
