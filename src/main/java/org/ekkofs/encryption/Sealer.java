package org.ekkofs.encryption;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.SecretKey;
import org.ekkofs.model.CorruptException;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectSeal;

/** Seals objects and opens them, whole or by frames. Safe for use by many threads. */
final class Sealer implements ObjectSeal {
  /** Magic, version 1, zeros. */
  private static final byte[] BEGINNING =
      Arrays.copyOf("EKSO\1".getBytes(StandardCharsets.US_ASCII), SealedLayout.SALT_OFFSET);

  private final MasterKey master;
  private final SecureRandom random;

  /** Takes salts from {@code random}. */
  Sealer(MasterKey master, SecureRandom random) {
    this.master = master;
    this.random = random;
  }

  /** What an object begins with that was never sealed before. */
  byte[] newPreamble() {
    byte[] salt = new byte[SealedLayout.SALT_BYTES];
    random.nextBytes(salt);
    byte[] preamble = Arrays.copyOf(BEGINNING, SealedLayout.PREAMBLE_BYTES);
    System.arraycopy(salt, 0, preamble, SealedLayout.SALT_OFFSET, salt.length);
    return preamble;
  }

  /** The key of the object that begins so. */
  SecretKey keyOf(ObjectKey key, byte[] sealed) {
    if (sealed.length < SealedLayout.PREAMBLE_BYTES
        || Arrays.mismatch(BEGINNING, 0, BEGINNING.length, sealed, 0, BEGINNING.length) >= 0) {
      throw broken(key);
    }
    return master.ofObject(
        key, Arrays.copyOfRange(sealed, SealedLayout.SALT_OFFSET, SealedLayout.PREAMBLE_BYTES));
  }

  @Override
  public byte[] seal(ObjectKey key, byte[] content) {
    byte[] preamble = newPreamble();
    byte[] sealed = Arrays.copyOf(preamble, Math.toIntExact(SealedLayout.sealed(content.length)));
    Aes aes = Aes.ofThread(keyOf(key, preamble));
    int to = preamble.length;
    int from = 0;
    for (long frame = 0; frame == 0 || from < content.length; frame++) {
      int count = Math.min(SealedLayout.contentBytes(frame), content.length - from);
      boolean last = from + count == content.length;
      to += aes.encrypt(frame, last, content, from, count, sealed, to);
      from += count;
    }
    return sealed;
  }

  @Override
  public byte[] open(ObjectKey key, byte[] sealed) {
    long length = SealedLayout.content(sealed.length);
    if (length == SealedLayout.NONE) {
      throw broken(key);
    }
    byte[] content = new byte[(int) length];
    ByteBuffer bytes = ByteBuffer.wrap(sealed);
    Frames frames = new Frames(bytes.position(SealedLayout.PREAMBLE_BYTES), 0, true);
    openFrames(key, keyOf(key, sealed), frames, content);
    return content;
  }

  /**
   * Some frames of an object, one after the other.
   *
   * @param sealed has them in its array, from position to limit
   * @param first the number of the first of them
   * @param atEnd whether the object ends with them
   */
  record Frames(ByteBuffer sealed, long first, boolean atEnd) {}

  /**
   * Opens frames whose content is exactly as long as the target.
   *
   * @throws CorruptException if one is not what was sealed at this place of this object
   */
  void openFrames(ObjectKey key, SecretKey secret, Frames frames, byte[] content) {
    Aes aes = Aes.ofThread(secret);
    byte[] source = frames.sealed().array();
    int from = frames.sealed().position();
    int to = 0;
    for (long frame = frames.first(); from < frames.sealed().limit(); frame++) {
      int count = Math.min(SealedLayout.contentBytes(frame), content.length - to);
      boolean last = frames.atEnd() && to + count == content.length;
      int sealed = count + Aes.TAG_BYTES;
      if (!aes.decrypt(frame, last, source, from, sealed, content, to)) {
        throw broken(key);
      }
      from += sealed;
      to += count;
    }
  }

  /** An object that does not open. */
  static CorruptException broken(ObjectKey key) {
    return new CorruptException(
        key
            + " is not what was stored there: it is damaged, was tampered with, or comes from"
            + " another repository");
  }
}
