package org.ekkofs.disk;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.ekkofs.model.BlockMask;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.Digest;

/**
 * What the directory of a cache says of one extent. The directory is one such record for each
 * extent, in order, and nothing else; zeros for those never written.
 *
 * <pre>
 * offset  bytes  all big-endian
 *      0      4  magic "EKS1"
 *      4      4  CRC-32C of bytes 8 to 127
 *      8     32  digest of the segment
 *     40      8  number of the entry: all its records have it, and no later entry the same
 *     48      8  mask of the blocks that are there
 *     56      4  length of the segment, zeros included
 *     60      1  size of a block, as a power of two
 *     61      1  zero
 *     62      2  which of the entry's extents this is, from 0
 *     64     64  checksum of each page of the extent ({@link PageSums}); zeros for pages not there
 * </pre>
 *
 * @param segment digest of the segment
 * @param number tells entries of one segment apart
 * @param ordinal which of the entry's extents
 */
record DirectoryRecord(Digest segment, long number, SegmentShape shape, int ordinal) {
  static final int BYTES = 128;
  static final int SUMS = 64;
  private static final int MAGIC = 0x454B5331;
  private static final int CHECKED = 8;

  /** Writes the record at the target's position, which moves on. */
  void encode(ByteBuffer target, PageSums sums) {
    int start = target.position();
    target.putInt(MAGIC).putInt(0).put(segment.toBytes()).putLong(number);
    target.putLong(shape.blocks().bits()).putInt(shape.length());
    target.put((byte) Integer.numberOfTrailingZeros(shape.blockBytes())).put((byte) 0);
    target.putShort((short) ordinal);
    int first = ordinal * PageSums.PER_EXTENT;
    for (int page = first; page < first + PageSums.PER_EXTENT; page++) {
      target.putInt(page < sums.count() ? sums.get(page) : 0);
    }
    target.putInt(start + CHECKED / 2, crc(target, start));
  }

  /**
   * Reads a record.
   *
   * @param bytes has one at the place
   * @return empty if there is none, or a torn one
   */
  static Optional<DirectoryRecord> decode(ByteBuffer bytes, int at) {
    if (bytes.getInt(at) != MAGIC || bytes.getInt(at + CHECKED / 2) != crc(bytes, at)) {
      return Optional.empty();
    }
    byte[] digest = new byte[Digest.BYTES];
    bytes.get(at + 8, digest);
    try {
      SegmentShape shape =
          new SegmentShape(
              new BlockMask(bytes.getLong(at + 48)),
              1 << (bytes.get(at + 60) & 31),
              bytes.getInt(at + 56));
      int ordinal = Short.toUnsignedInt(bytes.getShort(at + 62));
      return ordinal < Extents.forBytes(shape.dataBytes())
          ? Optional.of(
              new DirectoryRecord(Digest.of(digest), bytes.getLong(at + 40), shape, ordinal))
          : Optional.empty();
    } catch (CorruptException e) {
      // From a release that knew other segments.
      return Optional.empty();
    }
  }

  private static int crc(ByteBuffer bytes, int at) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.duplicate().limit(at + BYTES).position(at + CHECKED));
    return (int) crc.getValue();
  }
}
