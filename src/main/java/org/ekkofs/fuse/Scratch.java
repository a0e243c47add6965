package org.ekkofs.fuse;

import java.nio.ByteBuffer;

/** A thread's own native memory for replies: one block for structs and one for data. */
final class Scratch {
  /** The largest request that the bindings ask the kernel for. */
  static final int MAX_REQUEST = 1 << 20;

  private static final int STRUCTS = 512;
  private static final int SMALLEST_DATA = 1 << 14;
  private static final ThreadLocal<Scratch> MINE = ThreadLocal.withInitial(Scratch::new);

  private final NativeBlock structs = NativeBlock.allocate(STRUCTS);
  private NativeBlock data = NativeBlock.allocate(SMALLEST_DATA);

  private Scratch() {}

  /** The scratch of the calling thread. */
  static Scratch mine() {
    return MINE.get();
  }

  /** The block for structs, all zeros. */
  NativeBlock structs() {
    return structs.clear();
  }

  /**
   * The block for data, with room for so many bytes; its buffer's limit says so. It grows to the
   * next power of two, so that a thread that waits with a small read in hand holds little.
   */
  NativeBlock data(int size) {
    if (data.bytes().capacity() < size) {
      data = NativeBlock.allocate(Math.max(size, Integer.highestOneBit(2 * size - 1)));
    }
    ByteBuffer bytes = data.bytes();
    bytes.clear().limit(size);
    return data;
  }
}
