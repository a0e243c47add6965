package org.ekkofs.backup;

import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.ChunkId;
import org.ekkofs.store.ObjectInfo;
import org.ekkofs.store.ObjectStore;
import org.ekkofs.store.TreeKeys;

/**
 * How long the chunks of a tree are, by listings: one of each owner that is asked for, eight bytes
 * a chunk. A listing may be behind, so what it lacks may be there. For one thread.
 */
final class ChunkListing {
  /** 128 MiB; owners that were asked for longest ago are listed again if need be. */
  private static final long MAX_CHUNKS_HELD = 16 << 20;

  private final StoredChunks stored;

  /** Of each owner, ascending: segment in the upper half, length in the lower. */
  private final Map<BackupId, long[]> owners = new LinkedHashMap<>(16, 0.75f, true);

  private long held;

  ChunkListing(ObjectStore store, TreeKeys keys) {
    this.stored = new StoredChunks(store, keys);
  }

  /** How long the chunk's object is; empty if it is not listed. */
  OptionalLong length(ChunkId chunk) {
    long[] chunks = owners.get(chunk.owner());
    if (chunks == null) {
      chunks = list(chunk.owner());
    }
    long wanted = chunk.segment().value() << Integer.SIZE;
    int found = Arrays.binarySearch(chunks, wanted);
    int at = found < 0 ? -found - 1 : found;
    return at < chunks.length && chunks[at] >>> Integer.SIZE == chunk.segment().value()
        ? OptionalLong.of(chunks[at] & 0xFFFF_FFFFL)
        : OptionalLong.empty();
  }

  private long[] list(BackupId owner) {
    LongStream.Builder found = LongStream.builder();
    stored.list(owner, (chunk, object) -> found.add(packed(chunk, object)));
    long[] chunks = found.build().sorted().toArray();
    owners.put(owner, chunks);
    held += chunks.length;
    Iterator<long[]> oldest = owners.values().iterator();
    while (held > MAX_CHUNKS_HELD && owners.size() > 1) {
      held -= oldest.next().length;
      oldest.remove();
    }
    return chunks;
  }

  private static long packed(ChunkId chunk, ObjectInfo object) {
    return chunk.segment().value() << Integer.SIZE | Math.min(object.length(), Integer.MAX_VALUE);
  }
}
