package org.ekkofs.disk;

import java.nio.ByteBuffer;
import java.util.List;
import org.ekkofs.format.Chunk;
import org.ekkofs.format.SegmentHash;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.Digest;
import org.ekkofs.model.DiskGeometry;
import org.ekkofs.model.Layer;
import org.ekkofs.model.SegmentEntry;

/** A segment put together from its chunks, and checked against what the manifest says of it. */
final class Segment {
  private final DiskGeometry geometry;
  private final SegmentEntry entry;
  private final List<Chunk> chunks;
  private final int length;

  private Segment(DiskGeometry geometry, SegmentEntry entry, List<Chunk> chunks) {
    this.geometry = geometry;
    this.entry = entry;
    this.chunks = chunks;
    this.length = geometry.length(entry.segment());
  }

  /**
   * Puts a segment together.
   *
   * @param chunks the chunks of its layers, in the same order
   * @throws CorruptException if they do not make the segment the manifest describes
   */
  static Segment of(DiskGeometry geometry, SegmentEntry entry, List<Chunk> chunks) {
    Segment segment = new Segment(geometry, entry, chunks);
    segment.verify();
    return segment;
  }

  private void verify() {
    int blocks = geometry.blocks(length);
    byte[] digests = new byte[blocks * Digest.BYTES];
    for (int block = 0; block < blocks; block++) {
      digest(block).copyTo(digests, block * Digest.BYTES);
    }
    if (!SegmentHash.combine(digests, blocks).equals(entry.digest())) {
      throw new CorruptException(
          "the chunks of segment %s do not make what the manifest says (%s)"
              .formatted(entry.segment(), entry.layers().stream().map(Layer::chunk).toList()));
    }
  }

  private Digest digest(int block) {
    int expected = geometry.blockLength(block, length);
    int layer = layerOf(block);
    if (layer < 0) {
      return SegmentHash.zeroBlock(expected);
    }
    Chunk chunk = chunks.get(layer);
    if (!chunk.header().blocks().has(block) || chunk.header().blockLength(block) != expected) {
      throw new CorruptException(
          "chunk %s has no block %d of segment %s"
              .formatted(entry.layers().get(layer).chunk(), block, entry.segment()));
    }
    return chunk.header().digest(block);
  }

  private int layerOf(int block) {
    List<Layer> layers = entry.layers();
    for (int layer = 0; layer < layers.size(); layer++) {
      if (layers.get(layer).blocks().has(block)) {
        return layer;
      }
    }
    return -1;
  }

  /** Copies bytes of the segment; they must lie in it. */
  void copy(int from, int count, ByteBuffer target) {
    int blockBytes = geometry.segmentSize().blockBytes();
    int position = from;
    while (position < from + count) {
      int block = position / blockBytes;
      int within = position % blockBytes;
      int part = Math.min(blockBytes - within, from + count - position);
      int layer = layerOf(block);
      if (layer < 0) {
        Zeros.fill(target, part);
      } else {
        chunks.get(layer).copy(block, within, part, target);
      }
      position += part;
    }
  }
}
