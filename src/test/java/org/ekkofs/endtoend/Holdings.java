package org.ekkofs.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.testing.ModelDisk;

/** What backups must hold, and which of them must be there. For one thread. */
final class Holdings {
  private static final int PIECES = 10;
  private static final int MOST_OF_A_PIECE = 150_000;

  private final ModelDisk base;
  private final Map<String, ModelDisk> models = new HashMap<>();
  private final Set<String> finished = new HashSet<>();
  private final Set<String> doomed = new HashSet<>();

  /** All disks come from this one. */
  Holdings(ModelDisk base) {
    this.base = base;
  }

  /**
   * Makes a disk that is to be backed up: another one changed, or the base if that is not known.
   */
  ModelDisk make(String name, String parent, Random random) {
    ModelDisk disk = models.getOrDefault(parent, base).copy();
    for (int piece = 0; piece < PIECES; piece++) {
      disk.scribble(random.nextInt(disk.size()), 1 + random.nextInt(MOST_OF_A_PIECE), random);
    }
    models.put(name, disk);
    return disk;
  }

  /** Somebody was told that a backup is complete. */
  void finished(String name) {
    finished.add(name);
  }

  /** Somebody sets out to delete a backup. */
  void doomed(String name) {
    doomed.add(name);
  }

  /**
   * Requires that nothing is lost, neither a backup nor a byte. Nobody may be at work; what is not
   * visible now is forgotten.
   */
  void requireAll(WatchedTree tree) {
    List<TrackedBackup> visible = tree.visible();
    Set<String> names = new TreeSet<>();
    visible.forEach(backup -> names.add(backup.name().value()));
    finished.removeAll(doomed);
    assertThat(names).containsAll(finished);
    for (TrackedBackup backup : visible) {
      tree.assertHolds(backup, models.get(backup.name().value()));
    }
    models.keySet().retainAll(names);
  }
}
