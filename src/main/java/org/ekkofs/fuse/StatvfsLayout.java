package org.ekkofs.fuse;

import java.nio.ByteBuffer;
import org.ekkofs.vfs.VirtualFileSystem;

/** {@code struct statvfs} of 64-bit Linux: eleven longs and six spare ints. */
final class StatvfsLayout {
  static final int SIZE = 112;
  static final int BLOCK_SIZE = 0;
  static final int FRAGMENT_SIZE = 8;
  static final int BLOCKS = 16;
  static final int FILES = 40;
  static final int NAME_MAX = 80;

  private static final long BLOCK = 4096;
  private static final long LONGEST_NAME = 255;

  private StatvfsLayout() {}

  /** Writes the statistics over zeros: everything is used, nothing is free. */
  static void write(ByteBuffer target, VirtualFileSystem.Statistics statistics) {
    target.putLong(BLOCK_SIZE, BLOCK);
    target.putLong(FRAGMENT_SIZE, BLOCK);
    target.putLong(BLOCKS, (statistics.bytes() + BLOCK - 1) / BLOCK);
    target.putLong(FILES, statistics.files());
    target.putLong(NAME_MAX, LONGEST_NAME);
  }
}
