package org.ekkofs.encryption;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HKDF with SHA-256 (RFC 5869), of 32 bytes at a time: keys made of a key. */
final class Hkdf {
  /** How long the keys are. */
  static final int BYTES = 32;

  private static final String HMAC = "HmacSHA256";
  private static final ThreadLocal<Mac> MACS = ThreadLocal.withInitial(Hkdf::newMac);

  private Hkdf() {}

  /**
   * Derives a key.
   *
   * @param salt at least one byte
   * @param info what the key is for; its parts are put together as they are, so that all but one
   *     must be of a fixed length
   */
  static byte[] derive(byte[] secret, byte[] salt, byte[]... info) {
    byte[] pseudoRandomKey = mac(salt, secret);
    byte[][] message = new byte[info.length + 1][];
    System.arraycopy(info, 0, message, 0, info.length);
    message[info.length] = new byte[] {1};
    return mac(pseudoRandomKey, message);
  }

  /** HMAC with SHA-256 of these parts. */
  static byte[] mac(byte[] key, byte[]... message) {
    try {
      Mac mac = MACS.get();
      mac.init(new SecretKeySpec(key, HMAC));
      for (byte[] part : message) {
        mac.update(part);
      }
      return mac.doFinal();
    } catch (InvalidKeyException e) {
      throw new IllegalArgumentException("not a key for HMAC", e);
    }
  }

  /** The words that keep keys for one purpose apart from those for others. */
  static byte[] purpose(String words) {
    return (words + "\0").getBytes(StandardCharsets.US_ASCII);
  }

  private static Mac newMac() {
    try {
      return Mac.getInstance(HMAC);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has " + HMAC, e);
    }
  }
}
