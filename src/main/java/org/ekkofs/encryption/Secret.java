package org.ekkofs.encryption;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.HexFormat;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.RefusedException;

/** What a user gives to get at an encrypted repository. Immutable; its text says nothing of it. */
public sealed interface Secret {
  /** What people remember. */
  final class Passphrase implements Secret {
    private static final int MAX_LENGTH = 1024;

    private final String text;

    /**
     * Takes a passphrase, however its letters and accents were put together.
     *
     * @throws RefusedException if it is empty, or longer than 1,024 characters
     */
    public Passphrase(String text) {
      if (text.isEmpty()) {
        throw new RefusedException("the passphrase is empty");
      }
      if (text.length() > MAX_LENGTH) {
        throw new RefusedException("the passphrase is longer than 1024 characters");
      }
      this.text = Normalizer.normalize(text, Normalizer.Form.NFC);
    }

    byte[] bytes() {
      return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
      return "a passphrase";
    }
  }

  /** The random content of a file. */
  final class KeyFile implements Secret {
    /** How long it is at least. */
    public static final int MIN_BYTES = 32;

    /** How long it is at most. */
    public static final int MAX_BYTES = 4096;

    private final byte[] content;

    /**
     * Copies the content.
     *
     * @throws RefusedException if it has not 32 to 4,096 bytes
     */
    public KeyFile(byte[] content) {
      if (content.length < MIN_BYTES || content.length > MAX_BYTES) {
        throw new RefusedException("a key file has 32 to 4096 random bytes");
      }
      this.content = content.clone();
    }

    byte[] bytes() {
      return content.clone();
    }

    @Override
    public String toString() {
      return "a key file";
    }
  }

  /** One line that gives the same again, for a process that this one started. */
  default String line() {
    HexFormat hex = HexFormat.of();
    if (this instanceof Passphrase passphrase) {
      return "passphrase " + hex.formatHex(passphrase.bytes());
    }
    return "file " + hex.formatHex(((KeyFile) this).bytes());
  }

  /**
   * Reads what {@link #line} gave.
   *
   * @throws InvalidException if it is anything else
   */
  static Secret ofLine(String line) {
    String[] words = line.split(" ", -1);
    if (words.length == 2 && words[1].matches("([0-9a-f]{2})+")) {
      byte[] bytes = HexFormat.of().parseHex(words[1]);
      if (words[0].equals("passphrase")) {
        return new Passphrase(new String(bytes, StandardCharsets.UTF_8));
      }
      if (words[0].equals("file")) {
        return new KeyFile(bytes);
      }
    }
    throw new InvalidException("that is neither a passphrase nor a key file");
  }
}
