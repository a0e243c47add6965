package org.ekkofs.format;

import org.ekkofs.model.CorruptException;

/** How the body of a chunk is stored. */
enum Codec {
  /** As it is. */
  RAW(0),
  /** As one zstd frame. */
  ZSTD(1);

  private final int code;

  Codec(int code) {
    this.code = code;
  }

  /** The byte that stands for it. */
  byte code() {
    return (byte) code;
  }

  static Codec of(int code) {
    for (Codec codec : values()) {
      if (codec.code == code) {
        return codec;
      }
    }
    throw new CorruptException("unknown compression " + code);
  }
}
