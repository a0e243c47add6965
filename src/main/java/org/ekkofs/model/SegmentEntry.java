package org.ekkofs.model;

import java.util.List;

/**
 * One row of a manifest: a segment that is not all zeros. The layers' masks are disjoint; blocks in
 * none of them are zero.
 */
public record SegmentEntry(SegmentIndex segment, Digest digest, List<Layer> layers) {
  /**
   * Checks that the layers agree with each other.
   *
   * @throws CorruptException if there are none or too many, or two of them claim one block
   */
  public SegmentEntry {
    layers = List.copyOf(layers);
    if (layers.isEmpty() || layers.size() > Layer.MAX_PER_SEGMENT) {
      throw new CorruptException("segment %s has %d layers".formatted(segment, layers.size()));
    }
    long seen = 0;
    for (Layer layer : layers) {
      if (layer.blocks().isEmpty() || (seen & layer.blocks().bits()) != 0) {
        throw new CorruptException("segment %s has layers that overlap".formatted(segment));
      }
      seen |= layer.blocks().bits();
    }
  }

  /** The blocks that are not zero. */
  public BlockMask blocks() {
    return layers.stream().map(Layer::blocks).reduce(BlockMask.NONE, BlockMask::or);
  }
}
