package org.ekkofs.backup;

import java.util.Optional;
import org.ekkofs.format.Chunk;
import org.ekkofs.format.ChunkCodec;
import org.ekkofs.format.ChunkHeader;
import org.ekkofs.model.ChunkId;
import org.ekkofs.model.CorruptException;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectStore;
import org.ekkofs.store.TreeKeys;

/** The chunks of a tree in a store, whatever has become of them. */
record ChunkObjects(ObjectStore store, TreeKeys keys, ChunkCodec codec) {
  /** A chunk and its object, to which nobody may write. */
  static final class Found {
    private final byte[] object;
    private final Chunk chunk;

    private Found(byte[] object, Chunk chunk) {
      this.object = object;
      this.chunk = chunk;
    }

    byte[] object() {
      return object;
    }

    Chunk chunk() {
      return chunk;
    }
  }

  /** The chunk, if it is there and every block of it is what its header says. */
  Optional<Found> find(ChunkId chunk) {
    ObjectKey key = keys.chunk(chunk);
    try {
      return store
          .get(key, codec.maxObjectBytes())
          .map(object -> new Found(object, codec.decode(object)));
    } catch (CorruptException damaged) {
      return Optional.empty();
    }
  }

  /** Its header, if that can be read, whatever has become of its data. */
  Optional<ChunkHeader> header(ChunkId chunk) {
    try {
      return store
          .getRange(keys.chunk(chunk), 0, ChunkCodec.MAX_HEADER_BYTES)
          .map(codec::decodeHeader);
    } catch (CorruptException damaged) {
      return Optional.empty();
    }
  }
}
