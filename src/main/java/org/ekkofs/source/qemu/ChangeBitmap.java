package org.ekkofs.source.qemu;

import java.util.Optional;

/**
 * A dirty bitmap in an image.
 *
 * @param inUse whether whoever wrote to the image last did not close it, so that it may lack
 *     something
 * @param records whether it is told of what is written
 */
public record ChangeBitmap(String name, boolean inUse, boolean records) {
  /** Why it does not tell all that has changed; empty if it does. */
  public Optional<String> fault() {
    if (inUse) {
      return Optional.of("is inconsistent: the image was not closed properly");
    }
    return records ? Optional.empty() : Optional.of("is disabled");
  }
}
