package org.ekkofs.manifest;

import java.sql.ResultSet;
import java.sql.SQLException;
import org.ekkofs.model.BlockMask;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.DiskGeometry;
import org.ekkofs.model.SegmentIndex;

/** Gathers the masks of layers, one a row, into those of segments. */
final class MaskRows {
  private final DiskGeometry geometry;

  MaskRows(DiskGeometry geometry) {
    this.geometry = geometry;
  }

  /** Reads rows of segment and mask, in order of segments, until the visitor has seen enough. */
  void read(ResultSet rows, Manifest.MaskVisitor visitor) throws SQLException {
    boolean more = rows.next();
    while (more) {
      long segment = rows.getLong(1);
      BlockMask blocks = new BlockMask(rows.getLong(2));
      more = rows.next();
      while (more && rows.getLong(1) == segment) {
        blocks = both(segment, blocks, new BlockMask(rows.getLong(2)));
        more = rows.next();
      }
      more &= visitor.segment(segment, checked(segment, blocks));
    }
  }

  private static BlockMask both(long segment, BlockMask blocks, BlockMask more) {
    if (!blocks.and(more).isEmpty()) {
      throw new CorruptException("segment " + segment + " has layers that overlap");
    }
    return blocks.or(more);
  }

  private BlockMask checked(long segment, BlockMask blocks) {
    if (segment < 0 || segment >= geometry.segments()) {
      throw new CorruptException("the manifest has a segment " + segment + " outside the disk");
    }
    int length = geometry.length(new SegmentIndex(segment));
    if (blocks.isEmpty() || !BlockMask.first(geometry.blocks(length)).contains(blocks)) {
      throw new CorruptException("the manifest has impossible blocks in segment " + segment);
    }
    return blocks;
  }
}
