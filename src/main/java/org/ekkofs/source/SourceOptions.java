package org.ekkofs.source;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.ekkofs.model.InvalidException;

/**
 * How to take a disk.
 *
 * @param format what is in the file; if it is not said, what its extension stands for, else raw
 * @param allowedBacking folders that backing files may lie in, and in folders below
 * @param secretFile what opens an encrypted image: the secret as it is, also if it ends in a
 *     newline
 * @param bitmap the dirty bitmap that says what has changed since the parent
 * @param changedOnly whether only what the image itself holds differs from the parent
 */
public record SourceOptions(
    Optional<ImageFormat> format,
    List<Path> allowedBacking,
    Optional<Path> secretFile,
    Optional<String> bitmap,
    boolean changedOnly) {
  /** Nothing special. */
  public static final SourceOptions DEFAULT =
      new SourceOptions(Optional.empty(), List.of(), Optional.empty(), Optional.empty(), false);

  /**
   * Checks that they fit together.
   *
   * @throws InvalidException if changes are to be known in two ways
   */
  public SourceOptions {
    allowedBacking = List.copyOf(allowedBacking);
    if (changedOnly && bitmap.isPresent()) {
      throw new InvalidException(
          "--bitmap and --changed-only both say what has changed: give only one of them");
    }
  }

  /** Whether they say what has changed since the parent, so that there must be one. */
  public boolean needParent() {
    return changedOnly || bitmap.isPresent();
  }
}
