package org.ekkofs.model;

/**
 * How a disk of a given size in bytes is cut into segments, and those into blocks. The last segment
 * and its last block may be short; an empty disk has no segments.
 */
public record DiskGeometry(long diskBytes, SegmentSize segmentSize) {
  /** The largest disk: 2^62 bytes, which no arithmetic on offsets overflows. */
  public static final long MAX_BYTES = 1L << 62;

  /**
   * Checks the size.
   *
   * @throws InvalidException if it is negative or has more segments than can be numbered
   */
  public DiskGeometry {
    if (diskBytes < 0 || diskBytes > MAX_BYTES) {
      throw new InvalidException("a disk cannot have " + diskBytes + " bytes");
    }
    if (divideUp(diskBytes, segmentSize.bytes()) > SegmentIndex.MAX + 1) {
      throw new InvalidException(
          "a disk of %d bytes has too many segments of %d bytes; choose larger segments"
              .formatted(diskBytes, segmentSize.bytes()));
    }
  }

  /** How many segments there are. */
  public long segments() {
    return divideUp(diskBytes, segmentSize.bytes());
  }

  /** Where the segment begins, in bytes from the beginning of the disk. */
  public long offset(SegmentIndex segment) {
    return segment.value() * segmentSize.bytes();
  }

  /** How long the segment is in bytes; it must be one of the disk's. */
  public int length(SegmentIndex segment) {
    long left = diskBytes - offset(segment);
    if (left <= 0) {
      throw new IllegalArgumentException("segment " + segment + " of a disk of " + segments());
    }
    return (int) Math.min(left, segmentSize.bytes());
  }

  /** The segment a byte lies in. */
  public SegmentIndex segmentAt(long offset) {
    return new SegmentIndex(offset / segmentSize.bytes());
  }

  /** How many blocks a segment of this length has. */
  public int blocks(int segmentLength) {
    return (int) divideUp(segmentLength, segmentSize.blockBytes());
  }

  /** How long a block is, 0 to 63, in a segment of this length. */
  public int blockLength(int block, int segmentLength) {
    return Math.min(segmentSize.blockBytes(), segmentLength - block * segmentSize.blockBytes());
  }

  private static long divideUp(long dividend, long divisor) {
    return (dividend + divisor - 1) / divisor;
  }
}
