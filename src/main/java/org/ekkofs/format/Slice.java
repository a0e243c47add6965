package org.ekkofs.format;

import java.util.Objects;

/** A part of an array, which it shares. */
final class Slice {
  final byte[] bytes;
  final int offset;
  final int length;

  Slice(byte[] bytes, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    this.bytes = bytes;
    this.offset = offset;
    this.length = length;
  }
}
