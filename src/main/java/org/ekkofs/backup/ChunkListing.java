package org.ekkofs.backup;

import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.ChunkId;
import org.ekkofs.store.ObjectInfo;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectStore;
import org.ekkofs.store.TreeKeys;

/**
 * How long the chunks of a tree are, by listings: one of each owner that is asked for, eight bytes
 * a chunk. A listing may be behind, so what it lacks may be there. For one thread.
 */
final class ChunkListing {
  /** 128 MiB; owners that were asked for longest ago are listed again if need be. */
  private static final long MAX_CHUNKS_HELD = 16 << 20;

  /** Trees, tree, chunks, owner, segment. */
  private static final int KEY_PARTS = 5;

  private static final Pattern NAME = Pattern.compile("[0-9a-f]{8}");

  private final ObjectStore store;
  private final TreeKeys keys;

  /** Of each owner, ascending: segment in the upper half, length in the lower. */
  private final Map<BackupId, long[]> owners = new LinkedHashMap<>(16, 0.75f, true);

  private long held;

  ChunkListing(ObjectStore store, TreeKeys keys) {
    this.store = store;
    this.keys = keys;
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
    store.list(keys.chunksOf(owner), object -> packed(object).ifPresent(found::add));
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

  private static OptionalLong packed(ObjectInfo object) {
    OptionalInt segment = segment(object.key());
    return segment.isEmpty() || object.key().parts().size() != KEY_PARTS
        ? OptionalLong.empty()
        : OptionalLong.of(
            (long) segment.getAsInt() << Integer.SIZE
                | Math.min(object.length(), Integer.MAX_VALUE));
  }

  /** The number that a chunk's key ends in, unsigned; empty if it is no chunk's. */
  static OptionalInt segment(ObjectKey key) {
    return NAME.matcher(key.name()).matches()
        ? OptionalInt.of(Integer.parseUnsignedInt(key.name(), 16))
        : OptionalInt.empty();
  }
}
