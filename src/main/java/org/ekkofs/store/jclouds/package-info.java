/** Remote stores, through jclouds; the only package that knows it. */
@NullMarked
package org.ekkofs.store.jclouds;

import org.jspecify.annotations.NullMarked;
