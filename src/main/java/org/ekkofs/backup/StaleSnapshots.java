package org.ekkofs.backup;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.ekkofs.log.TrackedBackup;

/** Finds unfinished snapshots that have got no further for long. For one thread. */
final class StaleSnapshots {
  private final Repository repository;
  private final StoredChunks stored;
  private final Tree tree;

  StaleSnapshots(Repository repository, Tree tree) {
    this.repository = repository;
    this.tree = tree;
    this.stored = new StoredChunks(repository.store(), tree.keys());
  }

  /**
   * The snapshots that began, and stored something last, longer ago than this, and whose writers
   * are not known to run.
   */
  List<TrackedBackup> find(Duration patience) {
    Instant latest = repository.clock().instant().minus(patience);
    List<TrackedBackup> unfinished =
        tree.log().refreshed(state -> List.copyOf(state.unfinished().toList()));
    return unfinished.stream()
        .filter(backup -> backup.taken().isBefore(latest))
        .filter(backup -> !repository.host().isAlive(backup.writer()))
        .filter(backup -> !storedSince(backup, latest))
        .toList();
  }

  private boolean storedSince(TrackedBackup backup, Instant time) {
    boolean[] found = new boolean[1];
    stored.list(backup.id(), (chunk, object) -> found[0] |= !object.modified().isBefore(time));
    return found[0];
  }
}
