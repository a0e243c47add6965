package org.ekkofs.disk;

import java.util.List;
import java.util.Random;
import org.ekkofs.format.ChunkCodec;
import org.ekkofs.format.SegmentHash;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.BlockMask;
import org.ekkofs.model.ChunkId;
import org.ekkofs.model.Compression;
import org.ekkofs.model.DiskGeometry;
import org.ekkofs.model.Layer;
import org.ekkofs.model.SegmentEntry;
import org.ekkofs.model.SegmentIndex;
import org.ekkofs.model.SegmentSize;

/** Segments for tests, with every byte known. */
final class Segments {
  static final SegmentSize SIZE = new SegmentSize(SegmentSize.MIN_BYTES);

  private Segments() {}

  /** A segment and the bytes it stands for. */
  record Known(SegmentData data, byte[] bytes) {}

  /** A whole segment of random bytes. */
  static Known full(long seed) {
    return of(seed, SIZE.bytes(), new BlockMask(-1));
  }

  /** A segment of random bytes in some blocks. */
  static Known of(long seed, int length, BlockMask blocks) {
    byte[] bytes = new byte[length];
    Random random = new Random(seed);
    for (int block = 0; block * SIZE.blockBytes() < length; block++) {
      if (blocks.has(block)) {
        byte[] content = new byte[Math.min(SIZE.blockBytes(), length - block * SIZE.blockBytes())];
        random.nextBytes(content);
        content[0] |= 1;
        System.arraycopy(content, 0, bytes, block * SIZE.blockBytes(), content.length);
      }
    }
    return new Known(data(bytes), bytes);
  }

  private static SegmentData data(byte[] bytes) {
    SegmentHash hash = SegmentHash.of(bytes, bytes.length, SIZE);
    ChunkCodec codec = new ChunkCodec(SIZE, new Compression(0));
    byte[] object = codec.encode(bytes, bytes.length, hash, hash.nonZero());
    SegmentIndex first = new SegmentIndex(0);
    Layer layer =
        new Layer(
            new ChunkId(new BackupId(java.util.UUID.randomUUID()), first),
            hash.nonZero(),
            object.length);
    SegmentEntry entry = new SegmentEntry(first, hash.digest(), List.of(layer));
    return SegmentData.of(
        new DiskGeometry(bytes.length, SIZE), entry, List.of(codec.decode(object)));
  }
}
