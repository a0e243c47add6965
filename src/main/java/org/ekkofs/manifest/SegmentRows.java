package org.ekkofs.manifest;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.BlockMask;
import org.ekkofs.model.ChunkId;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.Digest;
import org.ekkofs.model.DiskGeometry;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.Layer;
import org.ekkofs.model.SegmentEntry;
import org.ekkofs.model.SegmentIndex;
import org.jspecify.annotations.Nullable;

/** Gathers the joined rows of a manifest, one a layer, into entries, one a segment. */
final class SegmentRows {
  private final DiskGeometry geometry;
  private boolean begun;
  private long segment;
  private byte @Nullable [] digest;
  private final List<Layer> layers = new ArrayList<>();

  SegmentRows(DiskGeometry geometry) {
    this.geometry = geometry;
  }

  /** Takes a row; gives the entry before it if the row begins another. */
  Optional<SegmentEntry> row(ResultSet row) throws SQLException {
    Optional<SegmentEntry> complete = Optional.empty();
    if (!begun || row.getLong(1) != segment) {
      complete = end();
      begun = true;
      segment = row.getLong(1);
      digest = row.getBytes(2);
    }
    if (layers.size() <= Layer.MAX_PER_SEGMENT) {
      layers.add(layer(row));
    }
    return complete;
  }

  /** The entry the last rows made. */
  Optional<SegmentEntry> end() {
    if (!begun) {
      return Optional.empty();
    }
    if (digest == null) {
      throw new CorruptException("the manifest has no digest of segment " + segment);
    }
    if (segment < 0 || segment >= geometry.segments()) {
      throw new CorruptException("the manifest has a segment " + segment + " past the disk's end");
    }
    SegmentEntry entry = new SegmentEntry(new SegmentIndex(segment), Digest.of(digest), layers);
    int blocks = geometry.blocks(geometry.length(entry.segment()));
    if (!BlockMask.first(blocks).contains(entry.blocks())) {
      throw new CorruptException("the manifest has blocks past the end of segment " + segment);
    }
    begun = false;
    layers.clear();
    return Optional.of(entry);
  }

  private Layer layer(ResultSet row) throws SQLException {
    byte[] owner = row.getBytes(3);
    if (owner == null) {
      throw new CorruptException("the manifest does not say where segment " + segment + " lies");
    }
    if (row.getLong(6) < 0) {
      throw new CorruptException("the manifest has a chunk of negative length");
    }
    try {
      return new Layer(
          new ChunkId(BackupId.fromBytes(owner), new SegmentIndex(row.getLong(4))),
          new BlockMask(row.getLong(5)),
          row.getLong(6));
    } catch (InvalidException e) {
      throw new CorruptException("the manifest's layers of segment " + segment, e);
    }
  }
}
