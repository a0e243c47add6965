package org.ekkofs.model;

/** A place in a commit log: 1 for the first record; 0 stands before it. */
public record Slot(long value) implements Comparable<Slot> {
  /** Before the first record. */
  public static final Slot NONE = new Slot(0);

  /** The largest slot whose number has 16 digits. */
  public static final long MAX = 9_999_999_999_999_999L;

  /**
   * Checks the range.
   *
   * @throws InvalidException if the number is negative or has more than 16 digits
   */
  public Slot {
    if (value < 0 || value > MAX) {
      throw new InvalidException("log slot " + value + " is out of range");
    }
  }

  /** The slot after this one. */
  public Slot next() {
    return new Slot(value + 1);
  }

  @Override
  public int compareTo(Slot other) {
    return Long.compare(value, other.value);
  }

  @Override
  public String toString() {
    return Long.toString(value);
  }
}
