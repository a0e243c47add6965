package org.ekkofs.disk;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.ekkofs.manifest.Manifest;
import org.ekkofs.manifest.SegmentTable;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.DiskGeometry;
import org.ekkofs.model.SegmentEntry;

/**
 * Goes through the segments of a backup that are not all zero, in order, with several being fetched
 * at once.
 */
public final class SegmentStream {
  private static final int SPARE_BYTES = 32 << 20;

  /** Sees one segment after the other. */
  @FunctionalInterface
  public interface Visitor {
    /**
     * A segment.
     *
     * @param data its bytes, verified; valid during the call
     */
    void segment(SegmentEntry entry, ByteBuffer data);
  }

  /** Says which segments to go through. */
  @FunctionalInterface
  public interface Filter {
    /** Whether this one is wanted. */
    boolean wants(SegmentEntry entry);
  }

  /** Hears of the segments that cannot be read. */
  @FunctionalInterface
  public interface FailureHandler {
    /**
     * A segment's data are missing or damaged.
     *
     * @throws org.ekkofs.model.EkkofsException to stop there
     */
    void damaged(SegmentEntry entry, CorruptException failure);
  }

  private final Manifest manifest;
  private final BackupDisk disk;
  private final DiskGeometry geometry;

  /** More than are fetched at once: while one takes long, others that come later are. */
  private final int window;

  /** The segments of a disk that its manifest lists. */
  public SegmentStream(Manifest manifest, BackupDisk disk) {
    this.manifest = manifest;
    this.disk = disk;
    this.geometry = disk.geometry();
    this.window =
        disk.atOnce() + Math.min(disk.atOnce(), SPARE_BYTES / geometry.segmentSize().bytes());
  }

  /** Goes through them; stops at the first failure that the handler does not take. */
  public void read(Filter filter, Visitor visitor, FailureHandler failures)
      throws InterruptedException {
    ByteBuffer buffer = ByteBuffer.allocate(geometry.segmentSize().bytes());
    Queue<BackupDisk.Fetched> ahead = new ArrayDeque<>();
    for (long from = 0; from < geometry.segments(); from = next(from + SegmentTable.PAGE)) {
      List<SegmentEntry> page = new ArrayList<>();
      manifest.read(
          from,
          from + SegmentTable.PAGE,
          entry -> {
            if (filter.wants(entry)) {
              page.add(entry);
            }
          });
      for (SegmentEntry entry : page) {
        ahead.add(disk.fetch(entry));
        if (ahead.size() > window) {
          read(ahead.remove(), buffer, visitor, failures);
        }
      }
    }
    while (!ahead.isEmpty()) {
      read(ahead.remove(), buffer, visitor, failures);
    }
  }

  private long next(long from) {
    return manifest.next(from).orElse(geometry.segments());
  }

  private void read(
      BackupDisk.Fetched segment, ByteBuffer buffer, Visitor visitor, FailureHandler failures)
      throws InterruptedException {
    buffer.clear();
    try {
      segment.read(buffer);
    } catch (CorruptException e) {
      failures.damaged(segment.entry(), e);
      return;
    }
    visitor.segment(segment.entry(), buffer.flip());
  }
}
