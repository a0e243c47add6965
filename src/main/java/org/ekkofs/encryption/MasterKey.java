package org.ekkofs.encryption;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import javax.crypto.SecretKey;
import org.ekkofs.format.DescriptorCodec;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.Digest;
import org.ekkofs.model.RepositoryDescriptor;
import org.ekkofs.store.ObjectKey;

/**
 * The secret that all keys of one repository's objects are made of. Immutable; safe for use by many
 * threads.
 */
public final class MasterKey {
  /** How many bytes it has. */
  static final int BYTES = 32;

  private static final byte[] OBJECT = Hkdf.purpose("ekkofs object 1");
  private static final byte[] DESCRIPTOR = Hkdf.purpose("ekkofs descriptor 1");
  private static final byte[] NO_SALT = new byte[Hkdf.BYTES];

  private final byte[] secret;
  private final byte[] repository;

  /** The key of this repository; keeps the array. */
  MasterKey(UUID repository, byte[] secret) {
    if (secret.length != BYTES) {
      throw new IllegalArgumentException("a master key of " + secret.length + " bytes");
    }
    this.secret = secret;
    this.repository = bytes(repository);
  }

  /** A new one. */
  public static MasterKey random(UUID repository, SecureRandom random) {
    byte[] secret = new byte[BYTES];
    random.nextBytes(secret);
    return new MasterKey(repository, secret);
  }

  /** The 16 bytes of an id, big-endian. */
  static byte[] bytes(UUID id) {
    return ByteBuffer.allocate(2 * Long.BYTES)
        .putLong(id.getMostSignificantBits())
        .putLong(id.getLeastSignificantBits())
        .array();
  }

  byte[] secret() {
    return secret.clone();
  }

  /** What the object under this key is encrypted with, if it has this salt. */
  SecretKey ofObject(ObjectKey key, byte[] salt) {
    byte[] name = key.value().getBytes(StandardCharsets.US_ASCII);
    return Aes.key(Hkdf.derive(secret, salt, OBJECT, repository, name));
  }

  /** The descriptor with the proof that it was written by somebody who had this key. */
  public RepositoryDescriptor prove(RepositoryDescriptor descriptor) {
    byte[] key = Hkdf.derive(secret, NO_SALT, DESCRIPTOR, repository);
    byte[] content = DescriptorCodec.encode(descriptor.withProof(Optional.empty()));
    return descriptor.withProof(Optional.of(Digest.of(Hkdf.mac(key, content))));
  }

  /**
   * Requires that a descriptor was written by somebody who had this key.
   *
   * @throws CorruptException if it was not
   */
  public void check(RepositoryDescriptor descriptor) {
    if (!Arrays.equals(bytes(descriptor.id()), repository)
        || !prove(descriptor).proof().equals(descriptor.proof())) {
      throw new CorruptException(
          "the description of the repository (ekkofs.json) was changed by somebody without its key");
    }
  }
}
