package org.ekkofs.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.util.function.Consumer;

/** A segment in a {@link DiskTier}: where it lies, and how to tell that it is still what it was. */
final class StoredSegment implements SegmentShape.Source {
  private final FileExtents data;
  private final SegmentShape shape;
  private final Place place;
  private final PageSums sums;
  private final Consumer<Throwable> complaints;
  private volatile long lastUse;
  private volatile boolean gone;

  /**
   * A segment that was written.
   *
   * @param complaints hears of what could not be read
   * @param lastUse when it was used last, as the tier counts time
   */
  StoredSegment(
      FileExtents data,
      SegmentShape shape,
      Place place,
      PageSums sums,
      Consumer<Throwable> complaints,
      long lastUse) {
    this.data = data;
    this.shape = shape;
    this.place = place;
    this.sums = sums;
    this.complaints = complaints;
    this.lastUse = lastUse;
  }

  SegmentShape shape() {
    return shape;
  }

  Place place() {
    return place;
  }

  long lastUse() {
    return lastUse;
  }

  void usedAt(long time) {
    lastUse = time;
  }

  /** Says that its extents are about to be used for something else. */
  void goes() {
    gone = true;
  }

  boolean isGone() {
    return gone;
  }

  @Override
  public boolean copy(int at, int count, ByteBuffer target) {
    int end = at + count;
    boolean pages =
        at % PageSums.PAGE == 0 && (end % PageSums.PAGE == 0 || end == shape.dataBytes());
    return pages ? copyPages(at, count, target) : copyPart(at, end, target);
  }

  private boolean copyPart(int at, int end, ByteBuffer target) {
    int from = at / PageSums.PAGE * PageSums.PAGE;
    int to = Math.min(shape.dataBytes(), (end + PageSums.PAGE - 1) / PageSums.PAGE * PageSums.PAGE);
    ByteBuffer whole = ByteBuffer.allocate(to - from);
    if (!copyPages(from, to - from, whole)) {
      return false;
    }
    target.put(whole.array(), at - from, end - at);
    return true;
  }

  private boolean copyPages(int at, int count, ByteBuffer target) {
    try {
      for (int done = 0; done < count; ) {
        int part = place.run(at + done, Math.min(count - done, Extents.BYTES * 2));
        int start = target.position();
        data.read(place.position(at + done), part, target);
        if (!matches(at + done, start, target)) {
          return false;
        }
        done += part;
      }
      return true;
    } catch (ClosedByInterruptException e) {
      return false;
    } catch (IOException e) {
      complaints.accept(e);
      return false;
    }
  }

  private boolean matches(int at, int start, ByteBuffer target) {
    int limit = target.limit();
    target.limit(target.position()).position(start);
    boolean match = sums.match(at / PageSums.PAGE, target);
    target.limit(limit);
    return match;
  }
}
