package org.ekkofs.backup;

import java.util.Optional;
import java.util.OptionalLong;
import org.ekkofs.backup.VerificationReport.Problem;
import org.ekkofs.backup.VerificationReport.Range;
import org.ekkofs.format.References;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.manifest.Manifest;
import org.ekkofs.manifest.SegmentTable;
import org.ekkofs.model.BackupPath;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.DiskGeometry;
import org.ekkofs.model.Layer;
import org.ekkofs.model.SegmentEntry;
import org.ekkofs.model.SegmentIndex;
import org.ekkofs.store.ObjectKey;
import org.roaringbitmap.RoaringBitmap;

/**
 * Goes through the manifest of one backup without reading data: which chunks it refers to, whether
 * they are there, and which segments are to be read because a chunk's length is not what the
 * manifest says. That is what damage looks like, or a chunk that was repaired. For one thread.
 */
final class MetadataCheck {
  private final TreeScope scope;
  private final BackupPath path;
  private final Manifest manifest;
  private final DiskGeometry geometry;
  private final boolean repairing;
  private final Problems problems;
  private final References.Builder listed = References.builder();
  private final RoaringBitmap suspects = new RoaringBitmap();
  private final RoaringBitmap lost = new RoaringBitmap();
  private long lowestRank = -1;
  private OptionalLong lowest = OptionalLong.empty();

  /**
   * Makes one that has not gone through anything yet.
   *
   * @param repairing whether segments with missing chunks are to be read, since that repairs them;
   *     else they are problems
   */
  MetadataCheck(
      TreeScope scope,
      TrackedBackup backup,
      Manifest manifest,
      boolean repairing,
      Problems problems) {
    this.scope = scope;
    this.path = new BackupPath(scope.tree().name(), backup.name());
    this.manifest = manifest;
    this.geometry = manifest.meta().geometry();
    this.repairing = repairing;
    this.problems = problems;
  }

  /** Goes through it all; shows the progress unless the data are to be read after that. */
  void run(ProgressShare share) {
    for (long from = 0; from < geometry.segments(); from = next(from)) {
      for (SegmentEntry entry : scope.table().page(manifest, new SegmentIndex(from)).entries()) {
        boolean later = check(entry) || scope.sample().percent() > 0;
        if (!later) {
          share.advance(geometry, entry);
        }
      }
    }
  }

  private long next(long from) {
    long page = from / SegmentTable.PAGE + 1;
    return manifest.next(page * SegmentTable.PAGE).orElse(Long.MAX_VALUE);
  }

  /** Whether the segment must be read. */
  private boolean check(SegmentEntry entry) {
    boolean missing = false;
    boolean odd = false;
    for (Layer layer : entry.layers()) {
      listed.add(layer.chunk());
      OptionalLong length = scope.listing().length(layer.chunk());
      if (length.isEmpty() && isMissing(layer)) {
        missing = true;
        report(entry, layer);
      } else {
        odd |= length.orElse(-1) != layer.storedBytes();
      }
    }
    int segment = (int) entry.segment().value();
    if (missing && !repairing) {
      lost.add(segment);
      return false;
    }
    rank(entry);
    if (missing || odd) {
      suspects.add(segment);
    }
    return missing || odd;
  }

  /** A listing may be behind. */
  private boolean isMissing(Layer layer) {
    ObjectKey key = scope.keys().chunk(layer.chunk());
    try {
      return scope.store().getRange(key, 0, 1).isEmpty();
    } catch (CorruptException damaged) {
      return false;
    }
  }

  private void report(SegmentEntry entry, Layer layer) {
    if (!repairing) {
      String message = "chunk " + scope.keys().chunk(layer.chunk()) + " is missing";
      problems.add(new Problem(path, Optional.of(range(geometry, entry)), message));
    }
  }

  /** Where a segment lies on the disk. */
  static Range range(DiskGeometry geometry, SegmentEntry entry) {
    long from = geometry.offset(entry.segment());
    return new Range(from, from + geometry.length(entry.segment()));
  }

  private void rank(SegmentEntry entry) {
    long rank = scope.sample().rank(entry);
    if (lowest.isEmpty() || Long.compareUnsigned(rank, lowestRank) < 0) {
      lowestRank = rank;
      lowest = OptionalLong.of(entry.segment().value());
    }
  }

  /** What the manifest refers to. */
  References listed() {
    return listed.build();
  }

  /** Whether the segment must be read even if no data are asked for. */
  boolean isSuspect(SegmentEntry entry) {
    return suspects.contains((int) entry.segment().value());
  }

  /** Whether there is any such segment. */
  boolean hasSuspects() {
    return !suspects.isEmpty();
  }

  /** Whether chunks of the segment are missing, so that there is no use in reading it. */
  boolean isLost(SegmentEntry entry) {
    return lost.contains((int) entry.segment().value());
  }

  /** Whether it is the segment that is read if the sample has none. */
  boolean isFirstChoice(SegmentEntry entry) {
    return lowest.isPresent() && lowest.getAsLong() == entry.segment().value();
  }
}
