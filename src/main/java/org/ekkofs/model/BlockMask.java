package org.ekkofs.model;

/** A set of the blocks of one segment: bit n stands for block n. */
public record BlockMask(long bits) {
  /** The set of no block. */
  public static final BlockMask NONE = new BlockMask(0);

  /** The first {@code count} blocks, 0 to 64. */
  public static BlockMask first(int count) {
    return new BlockMask(count == 0 ? 0 : -1L >>> (Long.SIZE - count));
  }

  /** The blocks {@code from} to {@code to}, both included. */
  public static BlockMask range(int from, int to) {
    return first(to + 1).minus(first(from));
  }

  /** Whether the block is in the set. */
  public boolean has(int block) {
    return (bits >>> block & 1) != 0;
  }

  /** This set and the block. */
  public BlockMask with(int block) {
    return new BlockMask(bits | 1L << block);
  }

  /** What is in either set. */
  public BlockMask or(BlockMask other) {
    return new BlockMask(bits | other.bits);
  }

  /** What is in both sets. */
  public BlockMask and(BlockMask other) {
    return new BlockMask(bits & other.bits);
  }

  /** What is in this set and not in the other. */
  public BlockMask minus(BlockMask other) {
    return new BlockMask(bits & ~other.bits);
  }

  /** Whether there is nothing in the set. */
  public boolean isEmpty() {
    return bits == 0;
  }

  /** Whether every block of the other set is in this one. */
  public boolean contains(BlockMask other) {
    return (other.bits & ~bits) == 0;
  }

  /** How many blocks are in the set. */
  public int count() {
    return Long.bitCount(bits);
  }

  /** How many blocks of the set lie before the block: its place among them. */
  public int rank(int block) {
    return Long.bitCount(bits & ~(-1L << block));
  }

  /** The first block of the set at or after {@code from}; 64 if there is none. */
  public int next(int from) {
    return from >= Long.SIZE
        ? Long.SIZE
        : Math.min(Long.SIZE, from + Long.numberOfTrailingZeros(bits >>> from));
  }

  @Override
  public String toString() {
    return "%016x".formatted(bits);
  }
}
