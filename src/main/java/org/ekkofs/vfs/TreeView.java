package org.ekkofs.vfs;

import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.Slot;

/**
 * What is to be seen in a tree at one moment. Immutable.
 *
 * @param backups the visible backups, oldest first
 * @param nodes their nodes by file name, in the same order
 * @param newest the one committed last
 * @param modified when that was taken, or the beginning of time
 * @param dataBytes what all their disks take together, holes left out
 */
record TreeView(
    List<TrackedBackup> backups,
    Map<String, BackupNode> nodes,
    Optional<BackupNode> newest,
    Instant modified,
    long dataBytes) {
  static final TreeView EMPTY =
      new TreeView(List.of(), Map.of(), Optional.empty(), Instant.EPOCH, 0);

  static TreeView of(List<TrackedBackup> backups, Function<TrackedBackup, BackupNode> node) {
    Map<String, BackupNode> nodes = new LinkedHashMap<>(backups.size() * 4 / 3 + 1);
    long dataBytes = 0;
    for (TrackedBackup backup : backups) {
      BackupNode found = node.apply(backup);
      nodes.put(found.fileName(), found);
      dataBytes += found.dataBytes();
    }
    Optional<BackupNode> newest =
        nodes.values().stream().max(Comparator.comparing(TreeView::committedAt));
    Instant modified = newest.map(last -> last.backup().taken()).orElse(Instant.EPOCH);
    return new TreeView(backups, nodes, newest, modified, dataBytes);
  }

  private static Slot committedAt(BackupNode node) {
    return BackupNode.committed(node.backup()).committedAt();
  }
}
