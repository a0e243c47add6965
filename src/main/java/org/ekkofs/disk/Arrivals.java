package org.ekkofs.disk;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.ekkofs.format.Chunk;

/**
 * The chunks that came last. A cache that goes by frequency soon throws out what was never asked
 * for twice, and so what was fetched ahead before it is read; here it stays for a while. Safe for
 * use by many threads; this object's lock guards everything.
 */
final class Arrivals {
  private final long maxBytes;
  private final Map<ChunkKey, Chunk> chunks = new LinkedHashMap<>();
  private long bytes;

  Arrivals(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  synchronized Optional<Chunk> get(ChunkKey key) {
    return Optional.ofNullable(chunks.get(key));
  }

  synchronized void add(ChunkKey key, Chunk chunk) {
    remove(key);
    chunks.put(key, chunk);
    bytes += chunk.weight();
    Iterator<Chunk> oldest = chunks.values().iterator();
    while (bytes > maxBytes) {
      bytes -= oldest.next().weight();
      oldest.remove();
    }
  }

  synchronized void remove(ChunkKey key) {
    Chunk removed = chunks.remove(key);
    if (removed != null) {
      bytes -= removed.weight();
    }
  }
}
