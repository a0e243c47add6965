package org.ekkofs.model;

/** The size of a tree's segments in bytes: a power of two from 256 KiB to 16 MiB. */
public record SegmentSize(int bytes) {
  /** How many blocks a whole segment has. */
  public static final int BLOCKS = 64;

  /** The smallest size, 256 KiB. */
  public static final int MIN_BYTES = 256 << 10;

  /** The largest size, 16 MiB. */
  public static final int MAX_BYTES = 16 << 20;

  /** What a tree gets if nobody says otherwise: 1 MiB, so blocks of 16 KiB. */
  public static final SegmentSize DEFAULT = new SegmentSize(1 << 20);

  /**
   * Checks the size.
   *
   * @throws InvalidException if it is no power of two or out of range
   */
  public SegmentSize {
    if (Integer.bitCount(bytes) != 1 || bytes < MIN_BYTES || bytes > MAX_BYTES) {
      throw new InvalidException(
          "a segment size of " + bytes + " bytes: it must be a power of two, 256 KiB to 16 MiB");
    }
  }

  /** The size of a block in bytes: a 64th of the segment. */
  public int blockBytes() {
    return bytes / BLOCKS;
  }
}
