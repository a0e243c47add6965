/** The object store port and the wrappers that each add one concern to it. */
@NullMarked
package org.ekkofs.store;

import org.jspecify.annotations.NullMarked;
