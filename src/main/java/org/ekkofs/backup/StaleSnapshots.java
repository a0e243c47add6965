package org.ekkofs.backup;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.log.TreeState;

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
   * are not known to run; but no unfinished copy that another one continues which is none of them.
   */
  List<TrackedBackup> find(Duration patience) {
    Instant latest = repository.clock().instant().minus(patience);
    List<Unfinished> unfinished =
        tree.log()
            .refreshed(
                state -> state.unfinished().map(open -> Unfinished.of(state, open)).toList());
    List<TrackedBackup> stale =
        unfinished.stream()
            .map(Unfinished::backup)
            .filter(backup -> backup.begun().isBefore(latest))
            .filter(backup -> !repository.host().isAlive(backup.writer()))
            .filter(backup -> !storedSince(backup, latest))
            .toList();
    Set<TrackedBackup> continued =
        unfinished.stream()
            .filter(open -> !stale.contains(open.backup()))
            .flatMap(open -> open.continued().stream())
            .collect(Collectors.toSet());
    return stale.stream().filter(backup -> !continued.contains(backup)).toList();
  }

  private record Unfinished(TrackedBackup backup, List<TrackedBackup> continued) {
    static Unfinished of(TreeState state, TrackedBackup open) {
      return new Unfinished(open, state.continued(open));
    }
  }

  private boolean storedSince(TrackedBackup backup, Instant time) {
    boolean[] found = new boolean[1];
    stored.list(backup.id(), (chunk, object) -> found[0] |= !object.modified().isBefore(time));
    return found[0];
  }
}
