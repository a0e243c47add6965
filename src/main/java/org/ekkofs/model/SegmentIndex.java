package org.ekkofs.model;

/** Which segment of a disk, counted from 0; at most 2^32 - 1. */
public record SegmentIndex(long value) implements Comparable<SegmentIndex> {
  /** The highest index there can be. */
  public static final long MAX = 0xFFFF_FFFFL;

  /**
   * Checks the range.
   *
   * @throws InvalidException if the value is negative or above {@link #MAX}
   */
  public SegmentIndex {
    if (value < 0 || value > MAX) {
      throw new InvalidException("segment number " + value + " is out of range");
    }
  }

  @Override
  public int compareTo(SegmentIndex other) {
    return Long.compare(value, other.value);
  }

  @Override
  public String toString() {
    return Long.toString(value);
  }
}
