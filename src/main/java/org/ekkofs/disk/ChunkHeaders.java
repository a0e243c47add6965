package org.ekkofs.disk;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import org.ekkofs.format.ChunkCodec;
import org.ekkofs.format.ChunkHeader;
import org.ekkofs.model.ChunkId;
import org.ekkofs.model.Compression;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectStore;
import org.ekkofs.store.TreeKeys;

/**
 * The headers of a tree's chunks, read without their data; a bounded number is remembered, about 10
 * MiB. What they say of the blocks is only as good as the segment digest it is checked against.
 * Safe for use by many threads.
 */
public final class ChunkHeaders {
  private static final int MAX_REMEMBERED = 4096;

  private final ObjectStore store;
  private final TreeKeys keys;
  private final Cache<ChunkId, ChunkHeader> remembered =
      Caffeine.newBuilder().maximumSize(MAX_REMEMBERED).build();

  /** The headers of the chunks under these keys. */
  public ChunkHeaders(ObjectStore store, TreeKeys keys) {
    this.store = store;
    this.keys = keys;
  }

  /**
   * A chunk's header.
   *
   * @throws CorruptException if the chunk is missing or its header makes no sense
   */
  public ChunkHeader get(ChunkId chunk, SegmentSize size) {
    ChunkHeader known = remembered.getIfPresent(chunk);
    if (known != null) {
      return known;
    }
    // Fetched by the cache itself, headers would wait for others that happen to lie beside them.
    ChunkHeader header = fetch(chunk, size);
    remembered.put(chunk, header);
    return header;
  }

  private ChunkHeader fetch(ChunkId chunk, SegmentSize size) {
    ObjectKey key = keys.chunk(chunk);
    byte[] prefix =
        store
            .getRange(key, 0, ChunkCodec.MAX_HEADER_BYTES)
            .orElseThrow(() -> new CorruptException("chunk " + key + " is missing"));
    try {
      return new ChunkCodec(size, Compression.DEFAULT).decodeHeader(prefix);
    } catch (CorruptException e) {
      throw new CorruptException("chunk " + key + " is damaged: " + e.getMessage(), e);
    }
  }
}
