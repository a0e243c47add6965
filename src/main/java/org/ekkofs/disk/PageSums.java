package org.ekkofs.disk;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.ekkofs.model.Digest;

/**
 * Checksums of a cached segment, one for every 4 KiB, which tell whether what lies on the disk is
 * what was written for this segment: not torn, not changed, not another's. Immutable.
 */
final class PageSums {
  /** Size of a page in bytes; the last one of a segment may be short. */
  static final int PAGE = 4096;

  /** Pages in a whole extent. */
  static final int PER_EXTENT = Extents.BYTES / PAGE;

  private static final ThreadLocal<CRC32C> CRC = ThreadLocal.withInitial(CRC32C::new);

  private final int salt;
  private final int[] sums;

  private PageSums(Digest segment, int[] sums) {
    this.salt = segment.hashCode();
    this.sums = sums;
  }

  /** The sums of a segment's bytes. */
  static PageSums of(SegmentData data) {
    ByteBuffer bytes = data.bytes();
    int[] sums = new int[(bytes.remaining() + PAGE - 1) / PAGE];
    PageSums result = new PageSums(data.digest(), sums);
    for (int page = 0; page < sums.length; page++) {
      sums[page] = result.sum(page, bytes);
    }
    return result;
  }

  /** The sums that were found for a segment; the array is kept. */
  static PageSums found(Digest segment, int[] sums) {
    return new PageSums(segment, sums);
  }

  /** Takes one page, or what is left, and mixes in whose it is: content alone would not tell. */
  private int sum(int page, ByteBuffer bytes) {
    int limit = bytes.limit();
    bytes.limit(Math.min(limit, bytes.position() + PAGE));
    CRC32C crc = CRC.get();
    crc.reset();
    crc.update(bytes);
    bytes.limit(limit);
    return (int) crc.getValue() ^ (salt + page * 0x9E3779B9);
  }

  /**
   * Whether these are the pages they should be.
   *
   * @param first number of the page that the bytes begin with
   * @param bytes whole pages, but for the last of the segment; all that are left are taken
   */
  boolean match(int first, ByteBuffer bytes) {
    for (int page = first; bytes.hasRemaining(); page++) {
      if (sum(page, bytes) != sums[page]) {
        return false;
      }
    }
    return true;
  }

  int count() {
    return sums.length;
  }

  int get(int page) {
    return sums[page];
  }
}
