package org.ekkofs.fuse;

import java.util.Locale;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.Names;

/** Which FUSE library serves a mount. */
public enum Binding {
  /** The first that is there: {@link #FUSE3}, then {@link #FUSE2}. */
  AUTO,
  /** The low-level API of libfuse 3. */
  FUSE3,
  /** The high-level API of libfuse 2, which knows no holes and no requests above 128 KiB. */
  FUSE2;

  /**
   * Parses what a mount option says: {@code auto}, {@code fuse3} or {@code fuse2}.
   *
   * @throws InvalidException if the text is anything else
   */
  public static Binding parse(String text) {
    for (Binding binding : values()) {
      if (binding.toString().equals(text)) {
        return binding;
      }
    }
    throw new InvalidException(
        "\"%s\" is not a FUSE binding: write auto, fuse3 or fuse2"
            .formatted(Names.printable(text)));
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
