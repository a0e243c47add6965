package org.ekkofs.model;

/** Which chunk of a tree: the backup that stored it, and the segment it stored it for. */
public record ChunkId(BackupId owner, SegmentIndex segment) {
  @Override
  public String toString() {
    return owner + "/" + "%08x".formatted(segment.value());
  }
}
