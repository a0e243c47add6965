package org.ekkofs.store.jclouds;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.ekkofs.model.FailedException;
import org.ekkofs.store.Body;
import org.jclouds.io.MutableContentMetadata;
import org.jclouds.io.payloads.BaseMutableContentMetadata;
import org.jclouds.io.payloads.BasePayload;

/** A body that was read through once: it has the length that it says, and this hash. */
final class Upload extends BasePayload<Body> {
  static final String MD5 = "MD5";
  static final String SHA256 = "SHA-256";
  private static final String TYPE = "application/octet-stream";

  private final byte[] hash;

  private Upload(Body body, byte[] hash) {
    super(body, metadata(body.length()));
    this.hash = hash;
  }

  private static MutableContentMetadata metadata(long length) {
    MutableContentMetadata metadata = new BaseMutableContentMetadata();
    metadata.setContentLength(length);
    metadata.setContentType(TYPE);
    return metadata;
  }

  /**
   * Reads a body through.
   *
   * @throws FailedException if it cannot be read, or is not as long as it says
   */
  static Upload of(Body body, String algorithm) {
    MessageDigest digest = digest(algorithm);
    try (InputStream in = new DigestInputStream(body.open(), digest)) {
      long length = in.transferTo(OutputStream.nullOutputStream());
      if (length != body.length()) {
        throw new FailedException(
            "what was to be stored has %,d bytes instead of %,d".formatted(length, body.length()));
      }
    } catch (IOException e) {
      throw new FailedException("what was to be stored cannot be read: " + e.getMessage(), e);
    }
    return new Upload(body, digest.digest());
  }

  static MessageDigest digest(String algorithm) {
    try {
      return MessageDigest.getInstance(algorithm);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has " + algorithm, e);
    }
  }

  /** What all bytes hash to. */
  byte[] hash() {
    return hash.clone();
  }

  @Override
  public InputStream openStream() throws IOException {
    return getRawContent().open();
  }

  @Override
  public boolean isRepeatable() {
    return true;
  }
}
