package org.ekkofs.catalog;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.ekkofs.format.ZstdFiles;
import org.ekkofs.model.Causes;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.Digest;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.StoredObject;

/**
 * Checkpoints as objects: a database, compressed, that says itself whether it is whole.
 *
 * <pre>
 * offset  bytes  all big-endian
 *      0      4  magic "EKCP"
 *      4      1  version, 1
 *      5      3  zero
 *      8      8  length of the database
 *     16      8  length n of the frame
 *     24     32  SHA-256 of the frame
 *     56      n  the database as one zstd frame, as of {@link ZstdFiles}
 * </pre>
 */
public final class CheckpointCodec {
  /** The longest checkpoint there can be. */
  public static final int MAX_BYTES = 64 << 20;

  private static final long MAX_RAW_BYTES = 512L << 20;
  private static final int MAGIC = 0x454B4350;
  private static final int VERSION = 1;
  private static final int HEADER_BYTES = 56;
  private static final int LEVEL = 3;

  private CheckpointCodec() {}

  private static boolean fits(StoredObject compressed) {
    return compressed.length() <= MAX_BYTES - HEADER_BYTES
        && compressed.rawLength() <= MAX_RAW_BYTES;
  }

  /**
   * The bytes to store.
   *
   * @param frame a temporary file, replaced if it exists
   * @throws FailedException if it would be too long, or a file cannot be read or written
   */
  public static byte[] encode(Path database, Path frame) {
    StoredObject stored = ZstdFiles.compress(database, frame, LEVEL);
    if (!fits(stored)) {
      throw new FailedException(
          "a checkpoint of %d bytes, %d of them compressed, is too long"
              .formatted(stored.rawLength(), stored.length()));
    }
    ByteBuffer target = ByteBuffer.allocate(HEADER_BYTES + (int) stored.length());
    target.putInt(MAGIC).putInt(VERSION << 24);
    target.putLong(stored.rawLength()).putLong(stored.length());
    target.put(stored.sha256().toBytes());
    try (InputStream from = Files.newInputStream(frame)) {
      int read = from.readNBytes(target.array(), HEADER_BYTES, target.remaining());
      require(read == stored.length(), "it is shorter than it was");
      return target.array();
    } catch (IOException e) {
      throw new FailedException("cannot read " + frame + ": " + Causes.of(e), e);
    }
  }

  /**
   * Writes the database that a checkpoint holds, after verifying it.
   *
   * @param frame a temporary file, replaced if it exists
   * @param database is replaced if it exists, and removed if this fails
   * @throws CorruptException if the bytes are not exactly what {@link #encode} gave
   * @throws FailedException if a file cannot be written
   */
  public static void decode(byte[] bytes, Path frame, Path database) {
    ByteBuffer source = ByteBuffer.wrap(bytes);
    StoredObject expected = header(source);
    try (OutputStream to = Files.newOutputStream(frame)) {
      to.write(bytes, HEADER_BYTES, bytes.length - HEADER_BYTES);
    } catch (IOException e) {
      throw new FailedException("cannot write " + frame + ": " + Causes.of(e), e);
    }
    ZstdFiles.decompress(frame, database, expected);
  }

  private static StoredObject header(ByteBuffer source) {
    require(source.remaining() >= HEADER_BYTES, "it is cut short");
    require(source.getInt() == MAGIC, "it is no checkpoint: it does not begin with EKCP");
    require(source.getInt() == VERSION << 24, "its format needs a newer ekkofs");
    long rawLength = source.getLong();
    long length = source.getLong();
    byte[] sha256 = new byte[Digest.BYTES];
    source.get(sha256);
    require(rawLength > 0 && rawLength <= MAX_RAW_BYTES, "its database is too long");
    require(length == source.remaining(), "it is longer or shorter than it says");
    return new StoredObject(Digest.of(sha256), length, rawLength);
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new CorruptException(otherwise);
    }
  }
}
