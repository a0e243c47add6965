package org.ekkofs.backup;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.ekkofs.disk.BackupDisk;
import org.ekkofs.disk.ChunkHeaders;
import org.ekkofs.disk.SegmentCache;
import org.ekkofs.format.SegmentHash;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.manifest.Manifest;
import org.ekkofs.manifest.SegmentTable;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.DiskGeometry;
import org.ekkofs.model.SegmentEntry;
import org.ekkofs.store.ObjectStore;

/** The backup that is copied, opened. Whatever is wrong with it is said to be so in the source. */
final class CopySource implements AutoCloseable {
  private final int parallelism;
  private final Manifest manifest;
  private final BackupDisk disk;
  private final ParentDisk.Present digests;

  private CopySource(
      int parallelism, Manifest manifest, BackupDisk disk, ParentDisk.Present digests) {
    this.parallelism = parallelism;
    this.manifest = manifest;
    this.disk = disk;
    this.digests = digests;
  }

  /**
   * Opens a backup.
   *
   * @throws CorruptException if its manifest is missing or damaged
   */
  static CopySource open(ObjectStore store, SegmentCache cache, Tree tree, TrackedBackup backup) {
    Manifest manifest = inSource(() -> tree.manifest(backup));
    SegmentTable table = new SegmentTable();
    return new CopySource(
        store.parallelism(),
        manifest,
        new BackupDisk(tree.keys(), manifest, table, cache),
        new ParentDisk.Present(manifest, table, new ChunkHeaders(store, tree.keys())));
  }

  private static <T> T inSource(Supplier<T> reading) {
    try {
      return reading.get();
    } catch (CorruptException e) {
      throw new CorruptException("in the source: " + e.getMessage(), e);
    }
  }

  /** How many segments are worth being read at once. */
  int parallelism() {
    return parallelism;
  }

  DiskGeometry geometry() {
    return disk.geometry();
  }

  /** The segments that are not all zero, of the page that begins here. */
  List<SegmentEntry> page(long from) {
    List<SegmentEntry> page = new ArrayList<>();
    inSource(
        () -> {
          manifest.read(from, from + SegmentTable.PAGE, page::add);
          return page;
        });
    return page;
  }

  /** The first segment at or after this one that is not all zero; their number if there is none. */
  long next(long from) {
    return inSource(() -> manifest.next(from).orElse(geometry().segments()));
  }

  /**
   * The digests of a segment's blocks, by the headers of its chunks; empty if these are damaged.
   */
  Optional<SegmentHash> hash(SegmentEntry entry) {
    return digests
        .blockDigests(entry)
        .map(blocks -> SegmentHash.ofBlocks(blocks, entry.blocks()))
        .filter(hash -> hash.digest().equals(entry.digest()));
  }

  /** Reads a segment, verified. */
  void read(SegmentEntry entry, ByteBuffer target) {
    inSource(
        () -> {
          try {
            return disk.read(geometry().offset(entry.segment()), target);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException("interrupted while copying", e);
          }
        });
  }

  @Override
  public void close() {
    disk.close();
  }
}
