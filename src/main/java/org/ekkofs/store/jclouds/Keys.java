package org.ekkofs.store.jclouds;

import java.util.Optional;
import org.ekkofs.model.InvalidException;
import org.ekkofs.store.ObjectKey;

/** Names that a listing shows, which anybody may have written. */
final class Keys {
  private Keys() {}

  /** The key, if it can be one. */
  static Optional<ObjectKey> parse(String name) {
    try {
      return Optional.of(new ObjectKey(name));
    } catch (InvalidException foreign) {
      return Optional.empty();
    }
  }

  /** Whether it can be one part of a key. */
  static boolean isPart(String name) {
    return name.indexOf('/') < 0 && parse(name).isPresent();
  }
}
