package org.ekkofs.fuse;

import com.kenai.jffi.MemoryIO;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.function.LongFunction;

/**
 * A block of native memory in the machine's byte order; every access is bounds-checked.
 *
 * @param bytes the memory; owns it if it was allocated here
 * @param address where it lies
 */
record NativeBlock(ByteBuffer bytes, long address) {
  private static final MemoryIO IO = MemoryIO.getInstance();

  /** A new block of zeros, freed once nothing refers to it. */
  static NativeBlock allocate(int size) {
    ByteBuffer bytes = ByteBuffer.allocateDirect(size).order(ByteOrder.nativeOrder());
    return new NativeBlock(bytes, IO.getDirectBufferAddress(bytes));
  }

  /** Memory that belongs to somebody else. */
  static NativeBlock at(long address, int size) {
    ByteBuffer bytes = IO.newDirectByteBuffer(address, size).order(ByteOrder.nativeOrder());
    return new NativeBlock(bytes, address);
  }

  /** A new block with the text in UTF-8 and a zero byte. */
  static NativeBlock ofText(String text) {
    byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
    NativeBlock block = allocate(encoded.length + 1);
    block.bytes.put(0, encoded);
    return block;
  }

  /** The zero-terminated UTF-8 text at the address. */
  static String text(long address) {
    return new String(IO.getZeroTerminatedByteArray(address), StandardCharsets.UTF_8);
  }

  /** A copy of the bytes at the address. */
  static byte[] copy(long address, int size) {
    byte[] copy = new byte[size];
    IO.getByteArray(address, copy, 0, size);
    return copy;
  }

  /** Copies the first bytes of the block to the address. */
  void copyTo(long target, int length) {
    IO.copyMemory(address, target, Objects.checkIndex(length, bytes.capacity() + 1));
  }

  static int intAt(long address) {
    return IO.getInt(address);
  }

  static long longAt(long address) {
    return IO.getLong(address);
  }

  static void putIntAt(long address, int value) {
    IO.putInt(address, value);
  }

  /** Has native code use the address, and keeps the memory until it has come back. */
  <R> R lend(LongFunction<R> use) {
    try {
      return use.apply(address);
    } finally {
      Reference.reachabilityFence(bytes);
    }
  }

  /** Makes the whole block zero again. */
  NativeBlock clear() {
    IO.setMemory(address, bytes.capacity(), (byte) 0);
    return this;
  }
}
