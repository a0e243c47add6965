package org.ekkofs.disk;

import java.nio.ByteBuffer;

/** Zeros in bulk. */
final class Zeros {
  private static final ByteBuffer BLOCK = ByteBuffer.allocateDirect(64 << 10).asReadOnlyBuffer();

  private Zeros() {}

  static void fill(ByteBuffer target, int count) {
    for (int left = count; left > 0; ) {
      int part = Math.min(left, BLOCK.capacity());
      target.put(BLOCK.duplicate().limit(part));
      left -= part;
    }
  }
}
