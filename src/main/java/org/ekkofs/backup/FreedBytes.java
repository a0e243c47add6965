package org.ekkofs.backup;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.ekkofs.catalog.Fact;
import org.ekkofs.format.ReferenceCount;
import org.ekkofs.format.References;
import org.ekkofs.log.Phase;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.CorruptException;
import org.roaringbitmap.RoaringBitmap;

/**
 * What deleting a backup, and a sweep after that, would give back: the chunks to which no other
 * visible backup refers, its manifest and its references. For one thread.
 */
public final class FreedBytes {
  /** Lengths of more chunks of one owner than this are listed each time. */
  private static final int MOST_REMEMBERED = 1 << 17;

  private static final int MOST_LEARNED = 256;
  private static final int ENTRY_BYTES = 2 * Integer.BYTES;

  private final Repository repository;
  private final Tree tree;
  private final KnownReferences references;
  private final StoredChunks stored;
  private final Map<BackupId, byte[]> learned = new HashMap<>();

  /** For the backups of a tree. */
  public FreedBytes(Repository repository, Tree tree, Progress progress) {
    this.repository = repository;
    this.tree = tree;
    this.references = new KnownReferences(repository, tree, progress);
    this.stored = new StoredChunks(repository.store(), tree.keys());
  }

  /**
   * What each of these backups would give back, in bytes; those that are neither visible nor
   * deleted are left out.
   *
   * @return empty if it cannot be told, as what some backup refers to is missing or damaged
   */
  public Optional<Map<BackupId, Long>> of(Collection<TrackedBackup> backups) {
    List<TrackedBackup> visible = tree.visible();
    List<TrackedBackup> asked =
        backups.stream().filter(backup -> backup.phase() instanceof Phase.Committed).toList();
    try {
      ReferenceCount count = new ReferenceCount();
      references.forEach(visible, (backup, refers) -> count.add(refers));
      Map<BackupId, Long> freed = new HashMap<>();
      references.forEach(
          asked,
          (backup, refers) -> {
            References own = backup.isVisible() ? count.ownOf(refers) : count.leftBy(refers);
            freed.put(backup.id(), bytes(backup, own));
          });
      remember();
      return Optional.of(freed);
    } catch (CorruptException unknown) {
      return Optional.empty();
    }
  }

  private long bytes(TrackedBackup backup, References own) {
    if (!(backup.phase() instanceof Phase.Committed committed)) {
      return 0;
    }
    long bytes = committed.commit().manifest().length() + committed.commit().references().length();
    for (BackupId owner : own.owners()) {
      RoaringBitmap segments = own.segments(owner);
      boolean all =
          owner.equals(backup.id())
              && segments.getLongCardinality() == committed.commit().figures().newChunks();
      bytes += all ? committed.commit().figures().storedBytes() : bytes(owner, segments);
    }
    return bytes;
  }

  private long bytes(BackupId owner, RoaringBitmap segments) {
    ByteBuffer lengths = ByteBuffer.wrap(lengths(owner));
    long bytes = 0;
    while (lengths.remaining() >= ENTRY_BYTES) {
      int segment = lengths.getInt();
      int length = lengths.getInt();
      if (segments.contains(segment)) {
        bytes += length;
      }
    }
    return bytes;
  }

  private byte[] lengths(BackupId owner) {
    byte[] known = learned.get(owner);
    if (known != null) {
      return known;
    }
    return repository
        .catalog()
        .fact(tree.name(), Fact.CHUNK_LENGTHS, owner)
        .orElseGet(() -> list(owner));
  }

  private void remember() {
    repository.catalog().remember(tree.name(), Fact.CHUNK_LENGTHS, learned);
    learned.clear();
  }

  private byte[] list(BackupId owner) {
    List<int[]> chunks = new ArrayList<>();
    stored.list(
        owner,
        (chunk, object) ->
            chunks.add(new int[] {(int) chunk.segment().value(), (int) object.length()}));
    ByteBuffer lengths = ByteBuffer.allocate(chunks.size() * ENTRY_BYTES);
    chunks.forEach(chunk -> lengths.putInt(chunk[0]).putInt(chunk[1]));
    if (chunks.size() <= MOST_REMEMBERED) {
      learned.put(owner, lengths.array());
    }
    if (learned.size() >= MOST_LEARNED) {
      remember();
    }
    return lengths.array();
  }
}
