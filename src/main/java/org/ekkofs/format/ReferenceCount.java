package org.ekkofs.format;

import java.util.HashMap;
import java.util.Map;
import org.ekkofs.model.BackupId;
import org.roaringbitmap.RoaringBitmap;

/** Which chunks are referred to once, and which more often. For one thread. */
public final class ReferenceCount {
  private final Map<BackupId, RoaringBitmap> once = new HashMap<>();
  private final Map<BackupId, RoaringBitmap> more = new HashMap<>();

  /** Counts what one backup refers to. */
  public void add(References references) {
    references.forEach(
        (owner, segments) -> {
          RoaringBitmap seen = once.computeIfAbsent(owner, any -> new RoaringBitmap());
          RoaringBitmap again = RoaringBitmap.and(seen, segments);
          if (!again.isEmpty()) {
            more.computeIfAbsent(owner, any -> new RoaringBitmap()).or(again);
          }
          seen.or(segments);
        });
  }

  /** Of the chunks that a counted backup refers to, those to which no other does. */
  public References ownOf(References counted) {
    return counted.minus(more);
  }

  /**
   * Of the chunks that a backup refers to which was not counted, those to which no counted does.
   */
  public References leftBy(References uncounted) {
    return uncounted.minus(once);
  }
}
