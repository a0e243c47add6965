/** The bytes of everything that lies in a repository: encoding, decoding, compression. */
@NullMarked
package org.ekkofs.format;

import org.jspecify.annotations.NullMarked;
