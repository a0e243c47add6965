package org.ekkofs.encryption;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;
import org.ekkofs.format.KeyCodec;
import org.ekkofs.format.KeyDescription;
import org.ekkofs.format.KeyDescription.OfPassphrase;
import org.ekkofs.format.KeyObject;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.Digest;

/** Wraps the master key in what a user gives, and unwraps it. */
final class KeyWrap {
  private static final byte[] VERIFIER = Hkdf.purpose("ekkofs key verifier 1");
  private static final byte[] WRAP = Hkdf.purpose("ekkofs key wrap 1");

  private KeyWrap() {}

  /** Whether something of this kind was given when the key was made. */
  static boolean fits(KeyDescription key, Secret secret) {
    return key.derivation() instanceof OfPassphrase == secret instanceof Secret.Passphrase;
  }

  /** Makes what lies in the store. */
  static KeyObject wrap(MasterKey master, KeyDescription key, Secret secret) {
    byte[] stretched = stretch(key, secret);
    byte[] wrapped = new byte[MasterKey.BYTES + Aes.TAG_BYTES];
    Aes.alone(Aes.key(wrapping(key, stretched)))
        .encrypt(0, true, master.secret(), 0, MasterKey.BYTES, wrapped, 0);
    return new KeyObject(key, verifier(key, stretched), HexFormat.of().formatHex(wrapped));
  }

  /**
   * Takes the master key out again.
   *
   * @return empty if the secret is another
   * @throws CorruptException if it is the right one, and the rest is not what it was
   */
  static Optional<MasterKey> unwrap(KeyObject object, Secret secret) {
    KeyDescription key = object.description();
    byte[] stretched = stretch(key, secret);
    if (!verifier(key, stretched).equals(object.verifier())) {
      return Optional.empty();
    }
    byte[] wrapped = HexFormat.of().parseHex(object.wrapped());
    byte[] master = new byte[MasterKey.BYTES];
    if (!Aes.alone(Aes.key(wrapping(key, stretched)))
        .decrypt(0, true, wrapped, 0, wrapped.length, master, 0)) {
      throw new CorruptException(
          "keys/%s was tampered with: its secret is right, and the rest is not"
              .formatted(key.id()));
    }
    return Optional.of(new MasterKey(key.repository(), master));
  }

  /** A key that takes as long to make as the description says. */
  private static byte[] stretch(KeyDescription key, Secret secret) {
    byte[] salt = HexFormat.of().parseHex(key.salt());
    if (key.derivation() instanceof OfPassphrase argon2
        && secret instanceof Secret.Passphrase passphrase) {
      return argon2(passphrase.bytes(), salt, argon2);
    }
    if (secret instanceof Secret.KeyFile file) {
      return Hkdf.mac(salt, file.bytes());
    }
    throw new IllegalArgumentException(secret + " does not fit " + key);
  }

  private static byte[] argon2(byte[] passphrase, byte[] salt, OfPassphrase settings) {
    Argon2BytesGenerator generator = new Argon2BytesGenerator();
    generator.init(
        new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
            .withVersion(Argon2Parameters.ARGON2_VERSION_13)
            .withMemoryAsKB(settings.memoryKib())
            .withIterations(settings.passes())
            .withParallelism(settings.lanes())
            .withSalt(salt)
            .build());
    byte[] key = new byte[Hkdf.BYTES];
    generator.generateBytes(passphrase, key);
    Arrays.fill(passphrase, (byte) 0);
    return key;
  }

  private static Digest verifier(KeyDescription key, byte[] stretched) {
    byte[] salt = HexFormat.of().parseHex(key.salt());
    return Digest.of(Hkdf.derive(stretched, salt, VERIFIER, MasterKey.bytes(key.repository())));
  }

  private static byte[] wrapping(KeyDescription key, byte[] stretched) {
    byte[] salt = HexFormat.of().parseHex(key.salt());
    return Hkdf.derive(stretched, salt, WRAP, KeyCodec.binding(key).toBytes());
  }
}
