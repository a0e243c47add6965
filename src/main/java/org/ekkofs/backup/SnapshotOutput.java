package org.ekkofs.backup;

import static java.util.stream.Collectors.toSet;

import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import org.ekkofs.format.References;
import org.ekkofs.manifest.ManifestMeta;
import org.ekkofs.manifest.ManifestWriter;
import org.ekkofs.model.BackupFigures;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.BlockMask;
import org.ekkofs.model.DiskGeometry;
import org.ekkofs.model.Layer;
import org.ekkofs.model.SegmentEntry;

/** Gathers what a snapshot comes to: manifest, references, figures. For one thread at a time. */
final class SnapshotOutput implements AutoCloseable {
  private final DiskGeometry geometry;
  private final ManifestWriter manifest;
  private final Set<BackupId> own;
  private final References.Builder references = References.builder();
  private long dataBytes;
  private long newBytes;
  private long storedBytes;
  private long newChunks;

  SnapshotOutput(Path manifestFile, ManifestMeta meta) {
    this(manifestFile, meta, Set.of());
  }

  /** Of a copy, which has stored as well what those did that it continues. */
  SnapshotOutput(Path manifestFile, ManifestMeta meta, Set<BackupId> continued) {
    this.own = Stream.concat(Stream.of(meta.backup()), continued.stream()).collect(toSet());
    this.geometry = meta.geometry();
    this.manifest = ManifestWriter.create(manifestFile, meta);
  }

  /** Adds a segment that is not all zero; they come in ascending order. */
  void add(SegmentEntry entry) {
    manifest.add(entry);
    for (Layer layer : entry.layers()) {
      references.add(layer.chunk());
      long bytes = bytes(entry, layer.blocks());
      dataBytes += bytes;
      if (isNew(entry, layer)) {
        newChunks++;
        newBytes += bytes;
        storedBytes += layer.storedBytes();
      }
    }
  }

  /** A chunk is counted where it was stored; segments that repeat it refer to it from elsewhere. */
  private boolean isNew(SegmentEntry entry, Layer layer) {
    return own.contains(layer.chunk().owner()) && layer.chunk().segment().equals(entry.segment());
  }

  private long bytes(SegmentEntry entry, BlockMask blocks) {
    int length = geometry.length(entry.segment());
    int last = geometry.blocks(length) - 1;
    long whole = (long) blocks.count() * geometry.segmentSize().blockBytes();
    return blocks.has(last)
        ? whole - geometry.segmentSize().blockBytes() + geometry.blockLength(last, length)
        : whole;
  }

  void finish() {
    manifest.finish();
  }

  References references() {
    return references.build();
  }

  BackupFigures figures() {
    return new BackupFigures(geometry.diskBytes(), dataBytes, newBytes, storedBytes, newChunks);
  }

  @Override
  public void close() {
    manifest.close();
  }
}
