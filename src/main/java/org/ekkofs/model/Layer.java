package org.ekkofs.model;

/**
 * Which blocks of a segment come from which chunk.
 *
 * @param chunk where the blocks lie
 * @param blocks which blocks, at least one
 * @param storedBytes length of the chunk's object
 */
public record Layer(ChunkId chunk, BlockMask blocks, long storedBytes) {
  /** How many layers a segment may have; one more, and it is stored whole again. */
  public static final int MAX_PER_SEGMENT = 8;
}
