package org.ekkofs.model;

import java.util.Arrays;
import java.util.HexFormat;

/** A SHA-256 digest. */
public final class Digest implements Comparable<Digest> {
  /** How many bytes a digest has. */
  public static final int BYTES = 32;

  private final byte[] bytes;

  private Digest(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new CorruptException("a digest has " + bytes.length + " bytes instead of 32");
    }
    this.bytes = bytes;
  }

  /**
   * Copies a digest.
   *
   * @throws CorruptException if there are not exactly 32 bytes
   */
  public static Digest of(byte[] bytes) {
    return new Digest(bytes.clone());
  }

  /**
   * Reads 64 hexadecimal digits.
   *
   * @throws CorruptException if the text is anything else
   */
  public static Digest parse(String hex) {
    try {
      return new Digest(HexFormat.of().parseHex(hex));
    } catch (IllegalArgumentException e) {
      throw new CorruptException("not a digest: " + Names.printable(hex), e);
    }
  }

  /** A copy of the 32 bytes. */
  public byte[] toBytes() {
    return bytes.clone();
  }

  /** Copies the 32 bytes into an array. */
  public void copyTo(byte[] target, int offset) {
    System.arraycopy(bytes, 0, target, offset, BYTES);
  }

  @Override
  public int compareTo(Digest other) {
    return Arrays.compareUnsigned(bytes, other.bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Digest digest && Arrays.equals(bytes, digest.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return HexFormat.of().formatHex(bytes);
  }
}
