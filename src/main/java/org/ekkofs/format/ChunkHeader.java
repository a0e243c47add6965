package org.ekkofs.format;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import org.ekkofs.model.BlockMask;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.Digest;
import org.ekkofs.model.SegmentSize;

/**
 * What a chunk says of itself before its data: which blocks it holds and their digests. Immutable.
 *
 * <pre>
 * offset  bytes  all big-endian
 *      0      4  magic "EKCK"
 *      4      1  version, 1
 *      5      1  flags, 0; reserved for encryption
 *      6      2  length n of what follows, up to the body: 16 + 32 for each block
 *      8      1  codec of the body: 0 raw, 1 one zstd frame
 *      9      3  zero
 *     12      8  mask of the blocks: bit 0 is the first block of the segment
 *     20      4  raw length: of the blocks together; all are whole but the last, which may be short
 *     24   n-16  SHA-256 of each block, in ascending order
 *    8+n         body: the blocks in ascending order, encoded; to the end of the object
 * </pre>
 */
public final class ChunkHeader {
  static final int PREAMBLE_BYTES = 8;
  private static final int MAGIC = 0x454B434B;
  private static final int VERSION = 1;
  private static final int FIXED_BYTES = 16;

  /** The longest header, preamble included. */
  static final int MAX_BYTES = PREAMBLE_BYTES + FIXED_BYTES + SegmentSize.BLOCKS * Digest.BYTES;

  private final Codec codec;
  private final BlockMask blocks;
  private final int rawLength;
  private final int blockBytes;
  private final byte[] digests;

  ChunkHeader(Codec codec, BlockMask blocks, int rawLength, int blockBytes, byte[] digests) {
    this.codec = codec;
    this.blocks = blocks;
    this.rawLength = rawLength;
    this.blockBytes = blockBytes;
    this.digests = digests;
  }

  /**
   * Reads a header.
   *
   * @param bytes the whole header at least
   * @throws CorruptException if it is cut short or breaks the format
   */
  static ChunkHeader decode(ByteBuffer bytes, SegmentSize size) {
    int length = checkPreamble(bytes);
    if (bytes.remaining() < length) {
      throw new CorruptException("its header is cut short");
    }
    Codec codec = Codec.of(bytes.get());
    if (bytes.get() != 0 || bytes.getShort() != 0) {
      throw new CorruptException("reserved bytes of its header are not zero");
    }
    BlockMask blocks = new BlockMask(bytes.getLong());
    int rawLength = bytes.getInt();
    checkLengths(length, blocks.count(), rawLength, size.blockBytes());
    byte[] digests = new byte[blocks.count() * Digest.BYTES];
    bytes.get(digests);
    return new ChunkHeader(codec, blocks, rawLength, size.blockBytes(), digests);
  }

  private static int checkPreamble(ByteBuffer bytes) {
    if (bytes.remaining() < PREAMBLE_BYTES) {
      throw new CorruptException("only " + bytes.remaining() + " bytes long");
    }
    if (bytes.getInt() != MAGIC) {
      throw new CorruptException("not a chunk: it does not begin with EKCK");
    }
    int version = Byte.toUnsignedInt(bytes.get());
    int flags = Byte.toUnsignedInt(bytes.get());
    if (version != VERSION || flags != 0) {
      throw new CorruptException(
          "chunk format %d.%d, which needs a newer ekkofs".formatted(version, flags));
    }
    return Short.toUnsignedInt(bytes.getShort());
  }

  private static void checkLengths(int header, int blocks, int rawLength, int blockBytes) {
    if (blocks == 0 || header != FIXED_BYTES + blocks * Digest.BYTES) {
      throw new CorruptException(
          "a header of %d bytes does not fit %d blocks".formatted(header, blocks));
    }
    if (rawLength <= (blocks - 1) * blockBytes || rawLength > blocks * blockBytes) {
      throw new CorruptException("%d blocks cannot have %d bytes".formatted(blocks, rawLength));
    }
  }

  /** Writes the header; {@link #bytes} says how much that is. */
  void encode(ByteBuffer target) {
    target.putInt(MAGIC).put((byte) VERSION).put((byte) 0);
    target.putShort((short) (bytes() - PREAMBLE_BYTES));
    target.put(codec.code()).put((byte) 0).putShort((short) 0);
    target.putLong(blocks.bits()).putInt(rawLength).put(digests);
  }

  /** How long the header is, preamble included: where the body begins. */
  int bytes() {
    return PREAMBLE_BYTES + FIXED_BYTES + digests.length;
  }

  Codec codec() {
    return codec;
  }

  /** The blocks the chunk holds, at least one. */
  public BlockMask blocks() {
    return blocks;
  }

  /** How long the blocks are together, in bytes. */
  public int rawLength() {
    return rawLength;
  }

  /** The digest of a block, which must be one of the chunk's. */
  public Digest digest(int block) {
    int offset = place(block) * Digest.BYTES;
    return Digest.of(Arrays.copyOfRange(digests, offset, offset + Digest.BYTES));
  }

  /** Copies the digest of a block, which must be one of the chunk's, into an array. */
  public void copyDigest(int block, byte[] target, int offset) {
    System.arraycopy(digests, place(block) * Digest.BYTES, target, offset, Digest.BYTES);
  }

  /** Where a block, which must be one of the chunk's, begins in the raw data. */
  public int blockOffset(int block) {
    return place(block) * blockBytes;
  }

  /** How long a block is, which must be one of the chunk's. */
  public int blockLength(int block) {
    return Math.min(blockBytes, rawLength - blockOffset(block));
  }

  private int place(int block) {
    Objects.checkIndex(block, SegmentSize.BLOCKS);
    if (!blocks.has(block)) {
      throw new IllegalArgumentException("block " + block + " is not in the chunk");
    }
    return blocks.rank(block);
  }
}
