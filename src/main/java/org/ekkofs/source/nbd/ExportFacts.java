package org.ekkofs.source.nbd;

import java.util.Optional;
import org.ekkofs.model.FailedException;

/**
 * What a server says of an export, checked.
 *
 * @param size in bytes
 * @param alignment what offsets and lengths must be multiples of, but for the export's end; a power
 *     of two
 * @param maximum the longest read in bytes, a multiple of the alignment
 * @param knowsData whether it can say what reads as zeros
 * @param knowsChanges whether it can say what has changed
 * @param manyConnections whether several connections see the same
 */
record ExportFacts(
    long size,
    int alignment,
    int maximum,
    boolean knowsData,
    boolean knowsChanges,
    boolean manyConnections) {
  private static final int LARGEST_ALIGNMENT = 64 << 10;

  /** What every server must take if it names no maximum. */
  private static final int USUAL_MAXIMUM = 32 << 20;

  /**
   * Of a connected handle.
   *
   * @throws FailedException if it makes no sense
   */
  static ExportFacts of(long handle, String description, Optional<ChangeContext> changes) {
    LibNbd.Calls nbd = LibNbd.calls();
    long size = nbd.getSize(handle);
    long minimum = Math.max(1, nbd.getBlockSize(handle, LibNbd.SIZE_MINIMUM));
    long maximum = nbd.getBlockSize(handle, LibNbd.SIZE_MAXIMUM);
    if (size < 0 || Long.bitCount(minimum) != 1 || minimum > LARGEST_ALIGNMENT) {
      throw new FailedException(
          "%s: the server tells of a size of %d bytes and blocks of %d, which cannot be"
              .formatted(description, size, minimum));
    }
    return new ExportFacts(
        size,
        (int) minimum,
        (int) longest(minimum, maximum),
        has(handle, Connection.DATA),
        changes.filter(context -> has(handle, context.name())).isPresent(),
        nbd.canMultiConn(handle) == 1);
  }

  private static long longest(long minimum, long maximum) {
    long usable = maximum <= 0 ? USUAL_MAXIMUM : Math.min(USUAL_MAXIMUM, maximum);
    return Math.max(minimum, usable & -minimum);
  }

  private static boolean has(long handle, String context) {
    return NativeText.lend(context, name -> LibNbd.calls().canMetaContext(handle, name)) == 1;
  }

  /** Whether the range may be asked for as it is. */
  boolean isAligned(long offset, long length) {
    return offset == alignDown(offset) && offset + length == alignUp(offset + length);
  }

  /** The last aligned offset up to this one. */
  long alignDown(long offset) {
    return offset & -alignment;
  }

  /** The first aligned offset from this one on, or the export's end. */
  long alignUp(long offset) {
    return Math.min(size, alignDown(offset + alignment - 1));
  }
}
