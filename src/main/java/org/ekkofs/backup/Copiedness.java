package org.ekkofs.backup;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.Origin;

/** Which snapshots a tree has, its own ones and copies of others. Immutable. */
final class Copiedness {
  private record Key(UUID repository, BackupId backup) {
    static Key of(Origin origin) {
      return new Key(origin.repository(), origin.backup());
    }
  }

  private final Map<Key, TrackedBackup> visible = new HashMap<>();

  private Copiedness() {}

  /** The visible backups of a tree as the store has it now; of a tree that is not there none. */
  static Copiedness of(Repository repository, Tree tree) {
    Copiedness found = new Copiedness();
    List<TrackedBackup> backups = tree.visible();
    backups.forEach(backup -> found.visible.putIfAbsent(Key.of(repository.origin(backup)), backup));
    return found;
  }

  /** The visible backup that goes back to this snapshot. */
  Optional<TrackedBackup> find(Origin origin) {
    return Optional.ofNullable(visible.get(Key.of(origin)));
  }
}
