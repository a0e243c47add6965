package org.ekkofs.endtoend;

import java.util.Random;
import org.ekkofs.testing.ModelDisk;

/**
 * Related disks of which every byte follows from a seed and a number: number 0 is the base. Others
 * differ by a few pieces, in a chain from the one before, in a star from the base. Immutable.
 *
 * @param seed tells families apart
 * @param bytes the size of each disk
 * @param chain whether it is a chain
 */
record DiskFamily(long seed, int bytes, boolean chain) {
  private static final int PIECES = 5;
  private static final int MOST_OF_A_PIECE = 24 << 10;

  /** One of the disks. */
  ModelDisk disk(int number) {
    ModelDisk disk = ModelDisk.random(bytes, new Random(seed));
    for (int change = chain ? 1 : number; change <= number && change > 0; change++) {
      apply(disk, change);
    }
    return disk;
  }

  /** The same as {@link #disk}, made of its parent's, which becomes it. */
  ModelDisk grown(ModelDisk parent, int number) {
    apply(parent, number);
    return parent;
  }

  private void apply(ModelDisk disk, int change) {
    Random random = new Random(seed * 1_000_003 + change);
    for (int piece = 0; piece < PIECES; piece++) {
      disk.scribble(random.nextInt(bytes), 1 + random.nextInt(MOST_OF_A_PIECE), random);
    }
    disk.zero(random.nextInt(bytes), random.nextInt(MOST_OF_A_PIECE));
  }

  /** What the one of a number is relative to; the base to nothing, which is -1. */
  int parent(int number) {
    return chain || number == 0 ? number - 1 : 0;
  }
}
