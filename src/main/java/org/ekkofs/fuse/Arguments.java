package org.ekkofs.fuse;

import java.util.List;
import java.util.stream.Stream;

/**
 * {@code struct fuse_args}: a count and an array of texts, all of which live as long as this does.
 *
 * @param struct the struct itself
 * @param array what it points at
 * @param texts what the array points at
 */
record Arguments(NativeBlock struct, NativeBlock array, List<NativeBlock> texts) {
  /** sizeof(struct fuse_args). */
  static final int SIZE = 24;

  static final int COUNT = 0;
  static final int VALUES = 8;

  /** The arguments of a program, its name first. */
  static Arguments of(String... values) {
    List<NativeBlock> texts = Stream.of(values).map(NativeBlock::ofText).toList();
    NativeBlock array = NativeBlock.allocate((values.length + 1) * Long.BYTES);
    texts.forEach(text -> array.bytes().putLong(text.address()));
    NativeBlock struct = NativeBlock.allocate(SIZE);
    struct.bytes().putInt(COUNT, values.length).putLong(VALUES, array.address());
    return new Arguments(struct, array, texts);
  }

  long address() {
    return struct.address();
  }
}
