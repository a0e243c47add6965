package org.ekkofs.format;

import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStream;
import com.github.luben.zstd.ZstdOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.Digest;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.StoredObject;

/**
 * Whole files compressed with zstd, for manifests: one frame with a checksum and a window of 8 MiB.
 * Both ways take memory of the window's size, however large the files are.
 */
public final class ZstdFiles {
  private static final int WINDOW_LOG = 23;
  private static final int BUFFER_BYTES = 1 << 16;

  private ZstdFiles() {}

  /**
   * Compresses a file.
   *
   * @param compressed is replaced if it exists
   * @param level 1 to 19
   * @return what to record of the compressed file
   * @throws FailedException if a file cannot be read or written
   */
  public static StoredObject compress(Path raw, Path compressed, int level) {
    MessageDigest state = Sha256.newState();
    try {
      long rawLength;
      try (InputStream from = Files.newInputStream(raw);
          OutputStream file = Files.newOutputStream(compressed);
          OutputStream to = zstd(new DigestOutputStream(file, state), level)) {
        rawLength = from.transferTo(to);
      }
      return new StoredObject(Digest.of(state.digest()), Files.size(compressed), rawLength);
    } catch (IOException e) {
      throw new FailedException("cannot compress " + raw + ": " + e.getMessage(), e);
    }
  }

  private static OutputStream zstd(OutputStream to, int level) throws IOException {
    return new ZstdOutputStream(to, level).setLong(WINDOW_LOG).setChecksum(true);
  }

  /**
   * Decompresses a file after verifying it.
   *
   * @param raw is replaced if it exists, and removed if this fails; never larger than expected
   * @param expected what {@link #compress} said of the compressed file
   * @throws CorruptException if the compressed file is not the expected one
   * @throws FailedException if a file cannot be read or written
   */
  public static void decompress(Path compressed, Path raw, StoredObject expected) {
    try {
      verify(compressed, expected);
      unpack(compressed, raw, expected.rawLength());
    } catch (IOException e) {
      throw new FailedException("cannot decompress " + compressed + ": " + e.getMessage(), e);
    }
  }

  private static void verify(Path file, StoredObject expected) throws IOException {
    if (Files.size(file) != expected.length()) {
      throw new CorruptException(
          "it has %d bytes instead of %d".formatted(Files.size(file), expected.length()));
    }
    MessageDigest state = Sha256.newState();
    try (InputStream from = Files.newInputStream(file);
        OutputStream to = new DigestOutputStream(OutputStream.nullOutputStream(), state)) {
      from.transferTo(to);
    }
    if (!Digest.of(state.digest()).equals(expected.sha256())) {
      throw new CorruptException("it does not match its digest");
    }
  }

  private static void unpack(Path compressed, Path raw, long rawLength) throws IOException {
    boolean complete = false;
    try (InputStream file = Files.newInputStream(compressed);
        ZstdInputStream from = new ZstdInputStream(file).setLongMax(WINDOW_LOG);
        OutputStream to = Files.newOutputStream(raw)) {
      copyExactly(from, to, rawLength);
      complete = true;
    } finally {
      if (!complete) {
        Files.deleteIfExists(raw);
      }
    }
  }

  private static void copyExactly(InputStream from, OutputStream to, long length)
      throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    long left = length;
    for (int n = read(from, buffer); n >= 0; n = read(from, buffer)) {
      if (n > left) {
        throw new CorruptException("it decompresses to more than " + length + " bytes");
      }
      to.write(buffer, 0, n);
      left -= n;
    }
    if (left > 0) {
      throw new CorruptException("it decompresses to " + left + " bytes too few");
    }
  }

  private static int read(InputStream from, byte[] buffer) throws IOException {
    try {
      return from.read(buffer);
    } catch (ZstdIOException e) {
      throw new CorruptException("it does not decompress: " + e.getMessage(), e);
    }
  }
}
