package org.ekkofs.backup;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiConsumer;
import org.ekkofs.disk.ChunkHeaders;
import org.ekkofs.format.ChunkHeader;
import org.ekkofs.format.SegmentHash;
import org.ekkofs.manifest.Manifest;
import org.ekkofs.manifest.SegmentTable;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.Digest;
import org.ekkofs.model.DiskGeometry;
import org.ekkofs.model.Layer;
import org.ekkofs.model.SegmentEntry;
import org.ekkofs.model.SegmentIndex;

/** What a snapshot can share: the segments of its parent, or nothing. */
sealed interface ParentDisk extends AutoCloseable {
  /** The parent of a full backup. */
  ParentDisk NONE = new None();

  /** The parent's segment of this number; empty if it is all zero there or past the end. */
  Optional<SegmentEntry> segment(SegmentIndex segment);

  /** The size of the parent's disk in bytes. */
  long diskBytes();

  /** The number of the first segment at or after this one that is not all zero, if there is one. */
  OptionalLong next(SegmentIndex segment);

  /**
   * The digests of all blocks of one of the parent's segments, 32 bytes each; empty if what is
   * stored of it is damaged, so that nothing of it should be shared.
   */
  Optional<byte[]> blockDigests(SegmentEntry entry);

  /** Shows the digests of all segments that are not all zero. */
  void digests(BiConsumer<SegmentIndex, Digest> consumer);

  @Override
  void close();

  /** No parent. */
  record None() implements ParentDisk {
    @Override
    public Optional<SegmentEntry> segment(SegmentIndex segment) {
      return Optional.empty();
    }

    @Override
    public long diskBytes() {
      return 0;
    }

    @Override
    public OptionalLong next(SegmentIndex segment) {
      return OptionalLong.empty();
    }

    @Override
    public Optional<byte[]> blockDigests(SegmentEntry entry) {
      return Optional.empty();
    }

    @Override
    public void digests(BiConsumer<SegmentIndex, Digest> consumer) {}

    @Override
    public void close() {}
  }

  /** A backup that is there. */
  record Present(Manifest manifest, SegmentTable table, ChunkHeaders headers)
      implements ParentDisk {
    @Override
    public Optional<SegmentEntry> segment(SegmentIndex segment) {
      return segment.value() < manifest.meta().geometry().segments()
          ? table.page(manifest, segment).find(segment)
          : Optional.empty();
    }

    @Override
    public long diskBytes() {
      return manifest.meta().geometry().diskBytes();
    }

    @Override
    public OptionalLong next(SegmentIndex segment) {
      if (segment.value() >= manifest.meta().geometry().segments()) {
        return OptionalLong.empty();
      }
      // Most often it is in the page that is at hand.
      Optional<SegmentEntry> near = table.page(manifest, segment).next(segment);
      return near.isPresent()
          ? OptionalLong.of(near.get().segment().value())
          : manifest.next(segment.value());
    }

    @Override
    public Optional<byte[]> blockDigests(SegmentEntry entry) {
      DiskGeometry geometry = manifest.meta().geometry();
      int length = geometry.length(entry.segment());
      int blocks = geometry.blocks(length);
      byte[] digests = new byte[blocks * Digest.BYTES];
      for (int block = 0; block < blocks; block++) {
        SegmentHash.zeroBlock(geometry.blockLength(block, length))
            .copyTo(digests, block * Digest.BYTES);
      }
      try {
        entry.layers().forEach(layer -> overlay(layer, digests));
      } catch (CorruptException damaged) {
        return Optional.empty();
      }
      return SegmentHash.combine(digests, blocks).equals(entry.digest())
          ? Optional.of(digests)
          : Optional.empty();
    }

    private void overlay(Layer layer, byte[] digests) {
      ChunkHeader header = headers.get(layer.chunk(), manifest.meta().geometry().segmentSize());
      if (!header.blocks().contains(layer.blocks())) {
        throw new CorruptException("chunk " + layer.chunk() + " lacks blocks");
      }
      for (int block = layer.blocks().next(0);
          block < Long.SIZE;
          block = layer.blocks().next(block + 1)) {
        header.copyDigest(block, digests, block * Digest.BYTES);
      }
    }

    @Override
    public void digests(BiConsumer<SegmentIndex, Digest> consumer) {
      manifest.digests(consumer);
    }

    @Override
    public void close() {
      manifest.close();
    }
  }
}
