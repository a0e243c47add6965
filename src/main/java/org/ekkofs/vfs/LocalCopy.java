package org.ekkofs.vfs;

import java.nio.file.Path;

/**
 * A complete local file with the content of an open file, which the kernel may read in our place.
 * Nothing of what is read from it is verified any more, so it must be the very file that was.
 */
public interface LocalCopy {
  /** Its name. */
  Path path();

  /**
   * Whether a file is this copy, and nobody has touched it.
   *
   * @param opened the file once it is open, as in {@code /proc/self/fd/7}, since names can change
   */
  boolean isIntact(Path opened);
}
