package org.ekkofs.format;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import org.ekkofs.model.BlockMask;
import org.ekkofs.model.Compression;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.Digest;
import org.ekkofs.model.SegmentSize;
import org.jspecify.annotations.Nullable;

/** Makes chunks and reads them; {@link ChunkHeader} shows the layout. Thread-safe. */
public final class ChunkCodec {
  /** The longest beginning of a chunk that {@link #decodeHeader} can need. */
  public static final int MAX_HEADER_BYTES = ChunkHeader.MAX_BYTES;

  private final SegmentSize size;
  private final Compression compression;

  /** For a tree with this segment size and compression. */
  public ChunkCodec(SegmentSize size, Compression compression) {
    this.size = size;
    this.compression = compression;
  }

  /** The longest object a chunk can be. */
  public int maxObjectBytes() {
    return MAX_HEADER_BYTES + size.bytes();
  }

  /**
   * Makes a chunk of some blocks of a segment. They are compressed unless that saves nearly
   * nothing.
   *
   * @param segment begins with the segment
   * @param length how long the segment is
   * @param hash digests of this very segment
   * @param blocks at least one, all within the segment
   * @return the object to store
   */
  public byte[] encode(byte[] segment, int length, SegmentHash hash, BlockMask blocks) {
    Objects.checkFromIndexSize(0, length, segment.length);
    if (blocks.isEmpty() || !BlockMask.first(hash.blocks()).contains(blocks)) {
      throw new IllegalArgumentException("blocks " + blocks + " of " + hash.blocks());
    }
    Slice raw = gather(segment, length, blocks);
    byte[] digests = new byte[blocks.count() * Digest.BYTES];
    for (int block = blocks.next(0); block < SegmentSize.BLOCKS; block = blocks.next(block + 1)) {
      hash.copyBlock(block, digests, blocks.rank(block) * Digest.BYTES);
    }
    byte[] compressed = compression.level() == 0 ? null : compress(raw, blocks, digests);
    return compressed != null ? compressed : store(raw, header(Codec.RAW, raw, blocks, digests));
  }

  private Slice gather(byte[] segment, int length, BlockMask blocks) {
    int first = blocks.next(0);
    int last = SegmentSize.BLOCKS - 1 - Long.numberOfLeadingZeros(blocks.bits());
    int from = first * size.blockBytes();
    int to = Math.min(length, (last + 1) * size.blockBytes());
    if (blocks.count() == last - first + 1) {
      return new Slice(segment, from, to - from);
    }
    int rawLength = (blocks.count() - 1) * size.blockBytes() + to - last * size.blockBytes();
    byte[] raw = new byte[rawLength];
    for (int block = first, at = 0; block <= last; block = blocks.next(block + 1)) {
      int count = Math.min(size.blockBytes(), rawLength - at);
      System.arraycopy(segment, block * size.blockBytes(), raw, at, count);
      at += count;
    }
    return new Slice(raw, 0, rawLength);
  }

  private byte @Nullable [] compress(Slice raw, BlockMask blocks, byte[] digests) {
    ChunkHeader header = header(Codec.ZSTD, raw, blocks, digests);
    int worthwhile = raw.length - raw.length / 32;
    byte[] object = new byte[header.bytes() + worthwhile];
    int length =
        ZstdPool.compress(raw, new Slice(object, header.bytes(), worthwhile), compression.level());
    if (length < 0) {
      return null;
    }
    header.encode(ByteBuffer.wrap(object));
    return Arrays.copyOf(object, header.bytes() + length);
  }

  private static byte[] store(Slice raw, ChunkHeader header) {
    ByteBuffer object = ByteBuffer.allocate(header.bytes() + raw.length);
    header.encode(object);
    return object.put(raw.bytes, raw.offset, raw.length).array();
  }

  private ChunkHeader header(Codec codec, Slice raw, BlockMask blocks, byte[] digests) {
    return new ChunkHeader(codec, blocks, raw.length, size.blockBytes(), digests);
  }

  /**
   * Reads the header of a chunk. What it says is not verified against any data.
   *
   * @param prefix the first {@link #MAX_HEADER_BYTES} bytes at least, or the whole object
   * @throws CorruptException if it is no chunk's; the message does not say which chunk's
   */
  public ChunkHeader decodeHeader(byte[] prefix) {
    return ChunkHeader.decode(ByteBuffer.wrap(prefix), size);
  }

  /**
   * Reads a chunk and verifies every block of it.
   *
   * @throws CorruptException if anything is wrong; the message does not say with which chunk
   */
  public Chunk decode(byte[] object) {
    ChunkHeader header = decodeHeader(object);
    byte[] data = body(object, header);
    byte[] actual = new byte[Digest.BYTES];
    byte[] expected = new byte[Digest.BYTES];
    BlockMask blocks = header.blocks();
    for (int block = blocks.next(0); block < SegmentSize.BLOCKS; block = blocks.next(block + 1)) {
      Sha256.digest(data, header.blockOffset(block), header.blockLength(block), actual, 0);
      header.copyDigest(block, expected, 0);
      if (!Arrays.equals(actual, expected)) {
        throw new CorruptException("block " + block + " does not match its digest");
      }
    }
    return new Chunk(header, data);
  }

  private static byte[] body(byte[] object, ChunkHeader header) {
    int length = object.length - header.bytes();
    if (header.codec() == Codec.RAW) {
      if (length != header.rawLength()) {
        throw new CorruptException(
            "it has %d bytes of data instead of %d".formatted(length, header.rawLength()));
      }
      return Arrays.copyOfRange(object, header.bytes(), object.length);
    }
    byte[] data = new byte[header.rawLength()];
    ZstdPool.decompress(new Slice(object, header.bytes(), length), data);
    return data;
  }
}
