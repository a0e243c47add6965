package org.ekkofs.backup;

import org.ekkofs.log.Phase;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.DiskGeometry;
import org.ekkofs.model.SegmentEntry;

/** What one backup's verification adds to the progress: its data, whatever is found. */
final class ProgressShare {
  private final Progress progress;
  private long left;

  ProgressShare(Progress progress, TrackedBackup backup) {
    this.progress = progress;
    this.left = dataBytes(backup);
  }

  /** How much the verification of a backup adds in all. */
  static long dataBytes(TrackedBackup backup) {
    return backup.phase() instanceof Phase.Committed committed
        ? committed.commit().figures().dataBytes()
        : 0;
  }

  /**
   * A segment is done with.
   *
   * @throws org.ekkofs.model.CancelledException if the user has stopped the work
   */
  void advance(DiskGeometry geometry, SegmentEntry entry) {
    progress.check();
    long whole = (long) entry.blocks().count() * geometry.segmentSize().blockBytes();
    advance(Math.min(whole, geometry.length(entry.segment())));
  }

  private void advance(long bytes) {
    long part = Math.min(left, bytes);
    left -= part;
    progress.advance(part);
  }

  /** The backup is done with. */
  void finish() {
    advance(left);
  }
}
