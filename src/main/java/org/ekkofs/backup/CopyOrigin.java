package org.ekkofs.backup;

import java.util.Locale;
import org.ekkofs.model.InvalidException;

/** Why a local copy was made. */
public enum CopyOrigin {
  /** A person asked for it, and a person removes it. */
  ASKED,
  /** A mount made it of a disk that is read a lot; it goes when room is needed for another. */
  AUTOMATIC;

  static CopyOrigin parse(String text) {
    for (CopyOrigin origin : values()) {
      if (origin.toString().equals(text)) {
        return origin;
      }
    }
    throw new InvalidException("no origin of a local copy: " + text);
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
