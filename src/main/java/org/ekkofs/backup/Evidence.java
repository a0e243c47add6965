package org.ekkofs.backup;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;
import org.ekkofs.format.ChunkHeader;
import org.ekkofs.format.SegmentHash;
import org.ekkofs.format.Sha256;
import org.ekkofs.model.BlockMask;
import org.ekkofs.model.ChunkId;
import org.ekkofs.model.Digest;
import org.ekkofs.model.Layer;

/**
 * The digests of all blocks of a segment, proved by the digest that the manifest names. Immutable.
 */
final class Evidence {
  private final SegmentUse use;
  private final byte[] digests;

  private Evidence(SegmentUse use, byte[] digests) {
    this.use = use;
    this.digests = digests;
  }

  /** From the segment itself; empty if these bytes are not it. */
  static Optional<Evidence> ofContent(SegmentUse use, byte[] content) {
    SegmentHash hash = SegmentHash.of(content, use.length(), use.geometry().segmentSize());
    if (!hash.digest().equals(use.entry().digest())) {
      return Optional.empty();
    }
    byte[] digests = new byte[hash.blocks() * Digest.BYTES];
    for (int block = 0; block < hash.blocks(); block++) {
      hash.copyBlock(block, digests, block * Digest.BYTES);
    }
    return Optional.of(new Evidence(use, digests));
  }

  /** From the headers of its chunks; empty if one is not to be had, or they do not agree. */
  static Optional<Evidence> ofHeaders(
      SegmentUse use, Function<ChunkId, Optional<ChunkHeader>> headers) {
    byte[] digests = new byte[use.blocks() * Digest.BYTES];
    for (int block = 0; block < use.blocks(); block++) {
      SegmentHash.zeroBlock(use.blockLength(block)).copyTo(digests, block * Digest.BYTES);
    }
    for (Layer layer : use.entry().layers()) {
      Optional<ChunkHeader> header =
          headers.apply(layer.chunk()).filter(found -> found.blocks().contains(layer.blocks()));
      if (header.isEmpty()) {
        return Optional.empty();
      }
      forEach(
          layer.blocks(), block -> header.get().copyDigest(block, digests, block * Digest.BYTES));
    }
    return SegmentHash.combine(digests, use.blocks()).equals(use.entry().digest())
        ? Optional.of(new Evidence(use, digests))
        : Optional.empty();
  }

  /** Does something with a block. */
  interface BlockAction {
    void block(int block);
  }

  static void forEach(BlockMask blocks, BlockAction action) {
    for (int block = blocks.next(0); block < Long.SIZE; block = blocks.next(block + 1)) {
      action.block(block);
    }
  }

  /** Whether a chunk's header says the same of these blocks, which are some of the segment's. */
  boolean agrees(ChunkHeader header, BlockMask blocks) {
    if (!header.blocks().contains(blocks)) {
      return false;
    }
    boolean[] agree = {true};
    forEach(
        blocks,
        block ->
            agree[0] &=
                header.blockLength(block) == use.blockLength(block)
                    && header.digest(block).equals(digest(block)));
    return agree[0];
  }

  /** Whether a block of the segment has this content. */
  boolean proves(int block, byte[] segment) {
    int from = block * use.geometry().segmentSize().blockBytes();
    return Sha256.of(segment, from, use.blockLength(block)).equals(digest(block));
  }

  private Digest digest(int block) {
    int from = block * Digest.BYTES;
    return Digest.of(Arrays.copyOfRange(digests, from, from + Digest.BYTES));
  }
}
