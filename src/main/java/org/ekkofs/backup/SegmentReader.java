package org.ekkofs.backup;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.ekkofs.model.BlockMask;
import org.ekkofs.model.DiskGeometry;
import org.ekkofs.model.SegmentIndex;
import org.ekkofs.source.DiskSource;

/** Reads segments of a disk, or some of their blocks. Safe for use by many threads. */
record SegmentReader(DiskSource source, DiskGeometry geometry) {
  /**
   * Puts blocks of a segment into their places in an array; what may hold no data is not read.
   *
   * @param blocks which; those past the end do not exist
   */
  void read(SegmentIndex segment, BlockMask blocks, byte[] segmentBytes) {
    int length = geometry.length(segment);
    int blockBytes = geometry.segmentSize().blockBytes();
    for (int block = blocks.next(0); block < Long.SIZE; ) {
      int end = new BlockMask(~blocks.bits()).next(block);
      int from = Math.min(length, block * blockBytes);
      int to = Math.min(length, end * blockBytes);
      read(geometry.offset(segment), segmentBytes, from, to);
      block = blocks.next(end);
    }
  }

  private void read(long offset, byte[] segmentBytes, int from, int to) {
    int filled = from;
    while (filled < to) {
      long data = Math.min(source.nextData(offset + filled), offset + to);
      int begin = (int) (data - offset);
      Arrays.fill(segmentBytes, filled, begin, (byte) 0);
      filled = begin;
      if (begin < to) {
        filled = (int) (Math.min(source.nextHole(data), offset + to) - offset);
        source.read(data, ByteBuffer.wrap(segmentBytes, begin, filled - begin));
      }
    }
  }
}
