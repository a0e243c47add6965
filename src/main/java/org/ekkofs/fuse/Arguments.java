package org.ekkofs.fuse;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/**
 * {@code struct fuse_args}, followed in the same block by what it points at: an array of pointers,
 * and the texts.
 */
final class Arguments {
  /** sizeof(struct fuse_args). */
  static final int SIZE = 24;

  static final int COUNT = 0;
  static final int VALUES = 8;

  private Arguments() {}

  /** The arguments of a program, its name first. */
  static NativeBlock of(String... values) {
    List<byte[]> texts =
        Stream.of(values).map(value -> (value + '\0').getBytes(StandardCharsets.UTF_8)).toList();
    int next = SIZE + (values.length + 1) * Long.BYTES;
    NativeBlock block =
        NativeBlock.allocate(next + texts.stream().mapToInt(text -> text.length).sum());
    block.bytes().putInt(COUNT, values.length).putLong(VALUES, block.address() + SIZE);
    for (int i = 0; i < values.length; i++) {
      block.bytes().putLong(SIZE + i * Long.BYTES, block.address() + next);
      block.bytes().put(next, texts.get(i));
      next += texts.get(i).length;
    }
    return block;
  }
}
