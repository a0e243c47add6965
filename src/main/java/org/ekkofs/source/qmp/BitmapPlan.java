package org.ekkofs.source.qmp;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.ekkofs.model.BackupId;

/**
 * What the bitmaps of a disk are good for, and what becomes of them.
 *
 * <p>Whoever takes a backup adds a bitmap and, in the same transaction, stops the parent's, which
 * then says what is to be read. So there are two kinds that can be believed: one that records,
 * which knows everything since its backup; and one that was stopped, together with those that
 * record, as one of them began when it was stopped. The second is what a backup leaves that was
 * killed. For it to stay true, every transaction removes whatever else was stopped; and one that
 * records is removed only together with all that were stopped before it began, or after those
 * record again.
 *
 * @param parent the bitmap that says what to read; if empty, everything is read
 * @param mended what is to be merged into it before, as it was stopped
 * @param broken what cannot be believed, or not any longer, and is removed when the backup begins
 * @param superseded what is removed once the backup is complete
 * @param known the newest backup that any of the bitmaps is of and that could be the parent
 * @param whyAll why everything must be read; empty if not
 */
record BitmapPlan(
    Optional<DirtyBitmap> parent,
    List<DirtyBitmap> mended,
    List<DirtyBitmap> broken,
    List<DirtyBitmap> superseded,
    Optional<BackupId> known,
    Optional<String> whyAll) {

  /** A plan for a disk that has these bitmaps. */
  static BitmapPlan of(List<DirtyBitmap> bitmaps, ParentChoice choice) {
    List<DirtyBitmap> recording =
        only(bitmaps, bitmap -> bitmap.recording() && !bitmap.inconsistent());
    Set<BackupId> whole = ids(only(bitmaps, bitmap -> isWhole(bitmap, bitmaps, recording)));
    Optional<BackupId> chosen = choice.newest(whole).filter(whole::contains);
    Optional<DirtyBitmap> parent =
        bitmaps.stream().filter(bitmap -> chosen.equals(Optional.of(bitmap.backup()))).findFirst();
    boolean mend = parent.isPresent() && !parent.get().recording();
    return new BitmapPlan(
        parent,
        mend ? recording : List.of(),
        only(bitmaps, bitmap -> !recording.contains(bitmap) && !parent.equals(Optional.of(bitmap))),
        only(bitmaps, bitmap -> recording.contains(bitmap) || parent.equals(Optional.of(bitmap))),
        choice.newest(ids(bitmaps)),
        parent.isPresent() ? Optional.empty() : Optional.of(why(bitmaps, whole)));
  }

  private static boolean isWhole(
      DirtyBitmap bitmap, List<DirtyBitmap> all, List<DirtyBitmap> recording) {
    if (recording.contains(bitmap)) {
      return true;
    }
    // Of those that were stopped there is one only, and its successor records.
    return !recording.isEmpty()
        && recording.size() + 1 == all.size()
        && all.stream().noneMatch(DirtyBitmap::inconsistent);
  }

  private static String why(List<DirtyBitmap> bitmaps, Set<BackupId> whole) {
    if (bitmaps.isEmpty()) {
      return "it has no bitmap of an earlier backup";
    }
    if (bitmaps.stream().anyMatch(DirtyBitmap::inconsistent)) {
      return "its bitmap is inconsistent, as QEMU did not end properly";
    }
    return whole.isEmpty()
        ? "its bitmap does not know everything that has changed"
        : "its bitmap is not of the wanted parent, or of a backup that is gone or in another tree";
  }

  private static List<DirtyBitmap> only(
      List<DirtyBitmap> bitmaps, Predicate<DirtyBitmap> condition) {
    return bitmaps.stream().filter(condition).toList();
  }

  private static Set<BackupId> ids(List<DirtyBitmap> bitmaps) {
    return bitmaps.stream().map(DirtyBitmap::backup).collect(Collectors.toUnmodifiableSet());
  }
}
