package org.ekkofs.backup;

import java.util.List;
import org.ekkofs.format.References;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.BackupId;

/** How much there is to copy, by references and listings of the source. For one thread. */
final class CopySize {
  private final StoredChunks stored;
  private final KnownReferences references;
  private final Progress progress;

  CopySize(Repository source, Tree tree, Progress progress) {
    this.stored = new StoredChunks(source.store(), tree.keys());
    this.references = new KnownReferences(source, tree, progress);
    this.progress = progress;
  }

  /** What the chunks take, in bytes, that backups refer to and others do not. */
  long of(List<TrackedBackup> backups, List<TrackedBackup> others) {
    References.Builder needed = References.builder();
    references.forEach(backups, (backup, refers) -> needed.addAll(refers));
    references.forEach(others, (backup, refers) -> needed.removeAll(refers));
    References chunks = needed.build();
    long[] bytes = new long[1];
    for (BackupId owner : chunks.owners()) {
      progress.check();
      stored.list(
          owner, (chunk, object) -> bytes[0] += chunks.contains(chunk) ? object.length() : 0);
    }
    return bytes[0];
  }
}
