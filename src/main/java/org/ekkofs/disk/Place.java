package org.ekkofs.disk;

/** The extents that some bytes lie in, in order. Immutable, but for nobody's sake copied. */
final class Place {
  private final int[] extents;

  Place(int[] extents) {
    this.extents = extents;
  }

  /** How many extents. */
  int count() {
    return extents.length;
  }

  /** The extents themselves, not to be changed. */
  int[] extents() {
    return extents;
  }

  /** Where a byte lies, from the beginning of the first of all extents. */
  long position(int at) {
    return (long) extents[at / Extents.BYTES] * Extents.BYTES + at % Extents.BYTES;
  }

  /** How many bytes from this one on lie behind each other, up to the number wanted. */
  int run(int at, int wanted) {
    int index = at / Extents.BYTES;
    int run = Extents.BYTES - at % Extents.BYTES;
    while (run < wanted && extents[index + 1] == extents[index] + 1) {
      run += Extents.BYTES;
      index++;
    }
    return Math.min(run, wanted);
  }
}
