package org.ekkofs.backup;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import org.ekkofs.disk.BackupDisk;
import org.ekkofs.disk.SegmentCache;
import org.ekkofs.disk.SegmentStream;
import org.ekkofs.format.SegmentHash;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.manifest.Manifest;
import org.ekkofs.manifest.SegmentTable;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.Digest;
import org.ekkofs.model.DiskGeometry;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.SegmentEntry;
import org.ekkofs.model.SegmentIndex;

/** Writes backups back to disks. Safe for use by many threads. */
public final class Restores {
  private final Repository repository;

  /** Restores from a repository. */
  public Restores(Repository repository) {
    this.repository = repository;
  }

  /**
   * Writes a backup to a file, which is sparse where the disk was empty and appears whole or not at
   * all, or onto a block device.
   *
   * @throws org.ekkofs.model.AlreadyExistsException if the file exists and force was not asked for
   * @throws org.ekkofs.model.RefusedException if the device is in use, too small, or force was not
   *     asked for
   * @throws CorruptException if the backup is damaged
   * @throws FailedException if the destination cannot be written, or does not read back as written
   */
  public void restore(
      Tree tree,
      TrackedBackup backup,
      Path destination,
      RestoreOptions options,
      Progress progress) {
    Manifest manifest = tree.manifest(backup);
    DiskGeometry geometry = manifest.meta().geometry();
    try (SegmentCache cache = SegmentCache.none(repository.store());
        BackupDisk disk = new BackupDisk(tree.keys(), manifest, new SegmentTable(), cache);
        RestoreTarget target = RestoreTarget.open(destination, geometry, options.force())) {
      write("restore", new SegmentStream(manifest, disk), geometry, target, progress);
      target.sync();
      if (options.verify()) {
        new ReadBack(manifest, target, progress).run();
      }
      target.complete();
    } catch (InterruptedException e) {
      throw new CancelledException("the restore was interrupted", e);
    }
  }

  /** Writes all of a disk; every byte was verified before it is written. */
  static void write(
      String task,
      SegmentStream segments,
      DiskGeometry geometry,
      RestoreTarget target,
      Progress progress)
      throws InterruptedException {
    progress.begin(task, geometry.diskBytes());
    Writer writer = new Writer(geometry, target, progress);
    segments.read(
        entry -> true,
        writer,
        (entry, failure) -> {
          throw failure;
        });
    writer.zerosUpTo(geometry.diskBytes());
  }

  /** Writes segments in order, and what lies between them. */
  private static final class Writer implements SegmentStream.Visitor {
    private final DiskGeometry geometry;
    private final RestoreTarget target;
    private final Progress progress;
    private long position;

    Writer(DiskGeometry geometry, RestoreTarget target, Progress progress) {
      this.geometry = geometry;
      this.target = target;
      this.progress = progress;
    }

    @Override
    public void segment(SegmentEntry entry, ByteBuffer data) {
      zerosUpTo(geometry.offset(entry.segment()));
      target.write(entry, data);
      position += data.limit();
      progress.advance(data.limit());
    }

    void zerosUpTo(long end) {
      while (position < end) {
        progress.check();
        long next = Math.min(end, position + (64L << 20));
        if (target.needsZeros()) {
          target.writeZeros(position, next);
        } else {
          next = end;
        }
        progress.advance(next - position);
        position = next;
      }
      progress.check();
    }
  }

  /** Compares what was written with what the manifest says. */
  private record ReadBack(Manifest manifest, RestoreTarget target, Progress progress) {
    void run() {
      DiskGeometry geometry = manifest.meta().geometry();
      progress.begin("verify", geometry.diskBytes());
      SegmentTable table = new SegmentTable();
      byte[] buffer = new byte[geometry.segmentSize().bytes()];
      for (long index = 0; index < geometry.segments(); index++) {
        progress.check();
        SegmentIndex segment = new SegmentIndex(index);
        Optional<SegmentEntry> entry = table.page(manifest, segment).find(segment);
        if (entry.isPresent() || target.needsZeros()) {
          check(segment, entry, buffer, geometry.length(segment));
        }
        progress.advance(geometry.length(segment));
      }
    }

    private void check(
        SegmentIndex segment, Optional<SegmentEntry> entry, byte[] buffer, int length) {
      DiskGeometry geometry = manifest.meta().geometry();
      target.read(geometry.offset(segment), ByteBuffer.wrap(buffer, 0, length));
      SegmentHash found = SegmentHash.of(buffer, length, geometry.segmentSize());
      boolean same =
          entry
              .map(SegmentEntry::digest)
              .map((Digest digest) -> digest.equals(found.digest()))
              .orElse(found.isZero());
      if (!same) {
        throw new FailedException(
            "what was written at byte %d does not read back as it was written"
                .formatted(geometry.offset(segment)));
      }
    }
  }
}
