package org.ekkofs.format;

import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.ekkofs.model.Digest;

/** SHA-256 of bytes in memory. Safe for use by many threads; each keeps a state of its own. */
public final class Sha256 {
  private static final ThreadLocal<MessageDigest> STATE = ThreadLocal.withInitial(Sha256::newState);

  private Sha256() {}

  /** The digest of a whole array. */
  public static Digest of(byte[] bytes) {
    return of(bytes, 0, bytes.length);
  }

  /** The digest of a part of an array. */
  public static Digest of(byte[] bytes, int offset, int length) {
    byte[] result = new byte[Digest.BYTES];
    digest(bytes, offset, length, result, 0);
    return Digest.of(result);
  }

  /** Writes the digest of a part of an array into another array. */
  static void digest(byte[] bytes, int offset, int length, byte[] target, int targetOffset) {
    MessageDigest state = STATE.get();
    state.update(bytes, offset, length);
    try {
      state.digest(target, targetOffset, Digest.BYTES);
    } catch (DigestException e) {
      throw new IllegalArgumentException("no room for a digest at " + targetOffset, e);
    }
  }

  /** A new state, for what comes in pieces. */
  static MessageDigest newState() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
