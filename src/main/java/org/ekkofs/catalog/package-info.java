/** The local, disposable replay of the commit logs of a repository. */
@NullMarked
package org.ekkofs.catalog;

import org.jspecify.annotations.NullMarked;
