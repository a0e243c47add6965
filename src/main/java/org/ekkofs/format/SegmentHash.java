package org.ekkofs.format;

import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.ekkofs.model.BlockMask;
import org.ekkofs.model.Digest;
import org.ekkofs.model.SegmentSize;

/**
 * The digests of one segment: SHA-256 of each of its blocks, and over these, concatenated, the
 * digest of the segment. A short last block is hashed as it is; blocks past the end do not exist.
 * Immutable.
 */
public final class SegmentHash {
  private static final byte[] ZEROS = new byte[SegmentSize.MAX_BYTES / SegmentSize.BLOCKS];
  private static final Map<Integer, Digest> ZERO_BLOCKS = new ConcurrentHashMap<>();
  private static final Map<SegmentSize, SegmentHash> ZERO_SEGMENTS = new ConcurrentHashMap<>();

  private final byte[] blockDigests;
  private final BlockMask nonZero;
  private final Digest digest;

  private SegmentHash(byte[] blockDigests, BlockMask nonZero) {
    this.blockDigests = blockDigests;
    this.nonZero = nonZero;
    this.digest = Sha256.of(blockDigests);
  }

  /**
   * Hashes a segment.
   *
   * @param data begins with the segment
   * @param length how long the segment is in bytes, 1 to the size of a whole one
   */
  public static SegmentHash of(byte[] data, int length, SegmentSize size) {
    Objects.checkFromIndexSize(0, length, data.length);
    int blocks = blocks(length, size);
    byte[] digests = new byte[blocks * Digest.BYTES];
    BlockMask nonZero = BlockMask.NONE;
    for (int block = 0; block < blocks; block++) {
      int from = block * size.blockBytes();
      int to = Math.min(length, from + size.blockBytes());
      if (!isZero(data, from, to)) {
        nonZero = nonZero.with(block);
        Sha256.digest(data, from, to - from, digests, block * Digest.BYTES);
      }
    }
    if (nonZero.isEmpty()) {
      return zero(length, size);
    }
    fillZeroBlocks(digests, nonZero, length, size);
    return new SegmentHash(digests, nonZero);
  }

  /**
   * The digests of this segment with other content in some of its blocks.
   *
   * @param data a segment of this length, of which only those blocks are looked at
   * @param changed those blocks
   * @param length how long the segment is in bytes
   */
  public SegmentHash with(byte[] data, BlockMask changed, int length, SegmentSize size) {
    Objects.checkFromIndexSize(0, length, data.length);
    if (blocks(length, size) != blocks() || !BlockMask.first(blocks()).contains(changed)) {
      throw new IllegalArgumentException(
          "blocks %s of a segment of %d bytes".formatted(changed, length));
    }
    byte[] digests = blockDigests.clone();
    BlockMask present = nonZero.minus(changed);
    for (int block = changed.next(0); block < blocks(); block = changed.next(block + 1)) {
      int from = block * size.blockBytes();
      int to = Math.min(length, from + size.blockBytes());
      if (isZero(data, from, to)) {
        zeroBlock(to - from).copyTo(digests, block * Digest.BYTES);
      } else {
        present = present.with(block);
        Sha256.digest(data, from, to - from, digests, block * Digest.BYTES);
      }
    }
    return new SegmentHash(digests, present);
  }

  /** The digests of a segment of zeros, without looking at any. */
  public static SegmentHash zero(int length, SegmentSize size) {
    return length == size.bytes()
        ? ZERO_SEGMENTS.computeIfAbsent(size, s -> hashZeros(length, s))
        : hashZeros(length, size);
  }

  /**
   * The digests of a segment of which those of its blocks are known.
   *
   * @param blockDigests 32 bytes for each of its blocks, zero blocks included; not changed any more
   * @param nonZero the blocks that are not all zeros
   */
  public static SegmentHash ofBlocks(byte[] blockDigests, BlockMask nonZero) {
    int blocks = blockDigests.length / Digest.BYTES;
    if (blocks < 1
        || blocks * Digest.BYTES != blockDigests.length
        || !BlockMask.first(blocks).contains(nonZero)) {
      throw new IllegalArgumentException(
          "digests of %d bytes for blocks %s".formatted(blockDigests.length, nonZero));
    }
    return new SegmentHash(blockDigests.clone(), nonZero);
  }

  private static SegmentHash hashZeros(int length, SegmentSize size) {
    byte[] digests = new byte[blocks(length, size) * Digest.BYTES];
    fillZeroBlocks(digests, BlockMask.NONE, length, size);
    return new SegmentHash(digests, BlockMask.NONE);
  }

  private static void fillZeroBlocks(
      byte[] digests, BlockMask nonZero, int length, SegmentSize size) {
    for (int block = 0; block * Digest.BYTES < digests.length; block++) {
      if (!nonZero.has(block)) {
        int blockLength = Math.min(size.blockBytes(), length - block * size.blockBytes());
        zeroBlock(blockLength).copyTo(digests, block * Digest.BYTES);
      }
    }
  }

  private static int blocks(int length, SegmentSize size) {
    if (length < 1 || length > size.bytes()) {
      throw new IllegalArgumentException("a segment of " + length + " bytes");
    }
    return (length + size.blockBytes() - 1) / size.blockBytes();
  }

  private static boolean isZero(byte[] data, int from, int to) {
    return Arrays.equals(data, from, to, ZEROS, 0, to - from);
  }

  /**
   * The digest of a segment from those of its blocks.
   *
   * @param blockDigests begins with them, 32 bytes each
   * @param blocks how many blocks the segment has
   */
  public static Digest combine(byte[] blockDigests, int blocks) {
    return Sha256.of(blockDigests, 0, blocks * Digest.BYTES);
  }

  /** The digest of a block of zeros of this length in bytes, at most 256 KiB. */
  public static Digest zeroBlock(int length) {
    // Whole blocks have one of seven lengths; remembering short ones too could fill the memory.
    return Integer.bitCount(length) == 1
        ? ZERO_BLOCKS.computeIfAbsent(length, n -> Sha256.of(ZEROS, 0, n))
        : Sha256.of(ZEROS, 0, length);
  }

  /** The digest of the segment. */
  public Digest digest() {
    return digest;
  }

  /** How many blocks the segment has, 1 to 64. */
  public int blocks() {
    return blockDigests.length / Digest.BYTES;
  }

  /** The digest of a block. */
  public Digest block(int block) {
    int offset = Objects.checkIndex(block, blocks()) * Digest.BYTES;
    return Digest.of(Arrays.copyOfRange(blockDigests, offset, offset + Digest.BYTES));
  }

  /** Whether the block's digest is the one at this offset of an array. */
  public boolean sameBlock(int block, byte[] digests, int offset) {
    int own = Objects.checkIndex(block, blocks()) * Digest.BYTES;
    return Arrays.equals(
        blockDigests, own, own + Digest.BYTES, digests, offset, offset + Digest.BYTES);
  }

  /** Copies the digest of a block into an array. */
  public void copyBlock(int block, byte[] target, int offset) {
    int own = Objects.checkIndex(block, blocks()) * Digest.BYTES;
    System.arraycopy(blockDigests, own, target, offset, Digest.BYTES);
  }

  /** The blocks that are not all zeros. */
  public BlockMask nonZero() {
    return nonZero;
  }

  /** Whether the whole segment is zeros. */
  public boolean isZero() {
    return nonZero.isEmpty();
  }
}
