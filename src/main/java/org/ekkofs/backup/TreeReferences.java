package org.ekkofs.backup;

import java.util.Optional;
import org.ekkofs.format.References;
import org.ekkofs.format.Sha256;
import org.ekkofs.log.Phase;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.StoredObject;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectStore;
import org.ekkofs.store.TreeKeys;

/**
 * The references objects of a tree, checked against what was committed. Safe for use by many
 * threads.
 */
record TreeReferences(ObjectStore store, TreeKeys keys) {
  /**
   * What a committed backup refers to.
   *
   * @throws CorruptException if the object is missing or not what was committed
   */
  References read(TrackedBackup backup) {
    if (!(backup.phase() instanceof Phase.Committed committed)) {
      throw new IllegalArgumentException("not committed: " + backup);
    }
    ObjectKey key = keys.references(backup.id());
    StoredObject expected = committed.commit().references();
    byte[] bytes =
        store
            .get(key, (int) Math.min(Integer.MAX_VALUE - 8, expected.length()))
            .orElseThrow(() -> new CorruptException(key + ": missing from the store"));
    if (!isWhatWasCommitted(bytes, expected)) {
      throw new CorruptException(key + ": not what was committed");
    }
    return References.decode(bytes);
  }

  /** The same; empty if the object is missing or not what was committed. */
  Optional<References> find(TrackedBackup backup) {
    try {
      return Optional.of(read(backup));
    } catch (CorruptException damaged) {
      return Optional.empty();
    }
  }

  /** Whether these are the bytes that a commit vouches for. */
  static boolean isWhatWasCommitted(byte[] bytes, StoredObject expected) {
    return bytes.length == expected.length() && Sha256.of(bytes).equals(expected.sha256());
  }
}
