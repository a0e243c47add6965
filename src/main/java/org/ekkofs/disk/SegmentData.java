package org.ekkofs.disk;

import java.nio.ByteBuffer;
import java.util.List;
import org.ekkofs.format.Chunk;
import org.ekkofs.format.SegmentHash;
import org.ekkofs.model.BlockMask;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.Digest;
import org.ekkofs.model.DiskGeometry;
import org.ekkofs.model.Layer;
import org.ekkofs.model.SegmentEntry;
import org.ekkofs.model.SegmentSize;

/**
 * A segment put together from its chunks, decompressed, and checked against what the manifest says
 * of it. Immutable.
 */
final class SegmentData implements SegmentShape.Source {
  private final Digest digest;
  private final SegmentShape shape;
  private final byte[] bytes;

  private SegmentData(Digest digest, SegmentShape shape, byte[] bytes) {
    this.digest = digest;
    this.shape = shape;
    this.bytes = bytes;
  }

  /**
   * Puts a segment together.
   *
   * @param chunks the chunks of its layers, in the same order
   * @throws CorruptException if they do not make the segment the manifest describes
   */
  static SegmentData of(DiskGeometry geometry, SegmentEntry entry, List<Chunk> chunks) {
    verify(geometry, entry, chunks);
    SegmentShape shape = SegmentShape.of(geometry, entry);
    Layer first = entry.layers().get(0);
    byte[] bytes =
        chunks.size() == 1 ? chunks.get(0).select(first.blocks()) : merge(entry, chunks, shape);
    return new SegmentData(entry.digest(), shape, bytes);
  }

  private static void verify(DiskGeometry geometry, SegmentEntry entry, List<Chunk> chunks) {
    int length = geometry.length(entry.segment());
    int blocks = geometry.blocks(length);
    byte[] digests = new byte[blocks * Digest.BYTES];
    for (int block = 0; block < blocks; block++) {
      int expected = geometry.blockLength(block, length);
      int layer = layerOf(entry, block);
      if (layer < 0) {
        SegmentHash.zeroBlock(expected).copyTo(digests, block * Digest.BYTES);
      } else {
        require(entry, layer, chunks.get(layer), block, expected);
        chunks.get(layer).header().copyDigest(block, digests, block * Digest.BYTES);
      }
    }
    if (!SegmentHash.combine(digests, blocks).equals(entry.digest())) {
      throw new CorruptException(
          "the chunks of segment %s do not make what the manifest says (%s)"
              .formatted(entry.segment(), entry.layers().stream().map(Layer::chunk).toList()));
    }
  }

  private static void require(
      SegmentEntry entry, int layer, Chunk chunk, int block, int expectedLength) {
    if (!chunk.header().blocks().has(block)
        || chunk.header().blockLength(block) != expectedLength) {
      throw new CorruptException(
          "chunk %s has no block %d of segment %s"
              .formatted(entry.layers().get(layer).chunk(), block, entry.segment()));
    }
  }

  private static int layerOf(SegmentEntry entry, int block) {
    List<Layer> layers = entry.layers();
    for (int layer = 0; layer < layers.size(); layer++) {
      if (layers.get(layer).blocks().has(block)) {
        return layer;
      }
    }
    return -1;
  }

  private static byte[] merge(SegmentEntry entry, List<Chunk> chunks, SegmentShape shape) {
    byte[] bytes = new byte[shape.dataBytes()];
    ByteBuffer target = ByteBuffer.wrap(bytes);
    BlockMask blocks = shape.blocks();
    for (int block = blocks.next(0); block < SegmentSize.BLOCKS; block = blocks.next(block + 1)) {
      Chunk chunk = chunks.get(layerOf(entry, block));
      chunk.copy(block, 0, chunk.header().blockLength(block), target);
    }
    return bytes;
  }

  /** What the manifest calls it. */
  Digest digest() {
    return digest;
  }

  /** How its bytes lie. */
  SegmentShape shape() {
    return shape;
  }

  /**
   * Its blocks that are not zero, one behind the other. Nobody may write to them; that the buffer
   * is not read-only lets checksums be taken without copying.
   */
  ByteBuffer bytes() {
    return ByteBuffer.wrap(bytes);
  }

  /** Copies bytes of the segment, zeros included; they must lie in it. */
  void read(int from, int count, ByteBuffer target) {
    shape.copy(from, count, this, target);
  }

  @Override
  public boolean copy(int at, int count, ByteBuffer target) {
    target.put(bytes, at, count);
    return true;
  }
}
