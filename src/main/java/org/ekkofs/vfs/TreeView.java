package org.ekkofs.vfs;

import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.ekkofs.backup.Sight;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.Slot;

/**
 * What is to be seen in a tree at one moment. Immutable.
 *
 * @param slot the last record of the log that counts
 * @param nodes the nodes of the visible backups by file name, oldest first
 * @param newest the one committed last
 * @param modified when that was taken, or the beginning of time
 * @param dataBytes what all their disks take together, holes left out
 */
record TreeView(
    Slot slot,
    Map<String, BackupNode> nodes,
    Optional<BackupNode> newest,
    Instant modified,
    long dataBytes) {
  static TreeView of(Sight sight, Function<TrackedBackup, BackupNode> node) {
    Map<String, BackupNode> nodes = new LinkedHashMap<>(sight.backups().size() * 4 / 3 + 1);
    long dataBytes = 0;
    for (TrackedBackup backup : sight.backups()) {
      BackupNode found = node.apply(backup);
      nodes.put(found.fileName(), found);
      dataBytes += found.dataBytes();
    }
    Optional<BackupNode> newest =
        nodes.values().stream().max(Comparator.comparing(TreeView::committedAt));
    Instant modified = newest.map(last -> last.backup().taken()).orElse(Instant.EPOCH);
    return new TreeView(sight.slot(), nodes, newest, modified, dataBytes);
  }

  private static Slot committedAt(BackupNode node) {
    return BackupNode.committed(node.backup()).committedAt();
  }
}
