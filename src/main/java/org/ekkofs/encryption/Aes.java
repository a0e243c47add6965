package org.ekkofs.encryption;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.NoSuchPaddingException;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES-256-GCM by one key, of messages that are counted. For one thread.
 *
 * <p>Java's own is slow until it is compiled, for longer than most commands run, so the native one
 * is taken where it can be loaded. Both give the same bytes.
 */
final class Aes {
  /** How much longer what is encrypted is. */
  static final int TAG_BYTES = 16;

  private static final String NAME = "AES/GCM/NoPadding";
  private static final int NONCE_BYTES = 12;

  /** Of each thread; what was initialised for another key costs nothing to initialise again. */
  private static final ThreadLocal<Cipher> CIPHERS = ThreadLocal.withInitial(Aes::newCipher);

  private final Cipher cipher;
  private final SecretKey key;
  private final byte[] nonce = new byte[NONCE_BYTES];

  private Aes(Cipher cipher, SecretKey key) {
    this.cipher = cipher;
    this.key = key;
  }

  /** A key of 32 bytes. */
  static SecretKey key(byte[] bytes) {
    return new SecretKeySpec(bytes, "AES");
  }

  /** For work that the calling thread does at once, and nothing else in between. */
  static Aes ofThread(SecretKey key) {
    return new Aes(CIPHERS.get(), key);
  }

  /** For work that may pause, or change threads. */
  static Aes alone(SecretKey key) {
    return new Aes(newCipher(), key);
  }

  /**
   * Encrypts; no two messages of one key may have the same number.
   *
   * @param last whether it is the last message
   * @return how many bytes were written: {@link #TAG_BYTES} more than there were
   */
  int encrypt(
      long number, boolean last, byte[] source, int from, int count, byte[] target, int to) {
    try {
      cipher.init(Cipher.ENCRYPT_MODE, key, nonce(number, last));
      return cipher.doFinal(source, from, count, target, to);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot encrypt: " + e.getMessage(), e);
    }
  }

  /**
   * Decrypts what {@link #encrypt} gave; what is written is of no worth until it has returned.
   *
   * @return false if it is anything else
   */
  boolean decrypt(
      long number, boolean last, byte[] source, int from, int count, byte[] target, int to) {
    if (count < TAG_BYTES) {
      return false;
    }
    try {
      cipher.init(Cipher.DECRYPT_MODE, key, nonce(number, last));
      cipher.doFinal(source, from, count, target, to);
      return true;
    } catch (AEADBadTagException e) {
      return false;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot decrypt: " + e.getMessage(), e);
    }
  }

  private GCMParameterSpec nonce(long number, boolean last) {
    ByteBuffer.wrap(nonce).put(0, last ? (byte) 1 : 0).putLong(NONCE_BYTES - Long.BYTES, number);
    return new GCMParameterSpec(8 * TAG_BYTES, nonce);
  }

  /** Whether the native one is at work. */
  static boolean isNative() {
    return Native.PROVIDER.isPresent();
  }

  private static Cipher newCipher() {
    try {
      Optional<Provider> fast = Native.PROVIDER;
      return fast.isPresent() ? Cipher.getInstance(NAME, fast.get()) : Cipher.getInstance(NAME);
    } catch (NoSuchAlgorithmException | NoSuchPaddingException e) {
      throw new IllegalStateException("every Java has " + NAME, e);
    }
  }

  /** Loaded when it is first needed: it takes a moment. */
  private static final class Native {
    private static final Optional<Provider> PROVIDER = find();

    private static Optional<Provider> find() {
      try {
        Provider provider = AmazonCorrettoCryptoProvider.INSTANCE;
        boolean works =
            AmazonCorrettoCryptoProvider.INSTANCE.getLoadingError() == null
                && provider.getService("Cipher", NAME) != null;
        return works ? Optional.of(provider) : Optional.empty();
      } catch (LinkageError otherMachine) {
        return Optional.empty();
      }
    }
  }
}
