package org.ekkofs.store.jclouds;

import java.io.IOException;
import java.io.InputStream;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ekkofs.model.CorruptException;
import org.jclouds.io.Payload;
import org.jspecify.annotations.Nullable;

/**
 * An object on its way: a stream, and what the store said about it beforehand. To be closed, also
 * when nothing was read of it.
 *
 * @param length how many bytes follow, if the store said so
 * @param md5 what they must hash to, in hexadecimal, if that is what the store's tag may be
 * @param range which part of the object they are, as the store wrote it; empty if it is all of it
 */
record Answer(InputStream body, OptionalLong length, Optional<String> md5, Optional<String> range)
    implements AutoCloseable {
  private static final Pattern MD5 = Pattern.compile("\"?([0-9A-Fa-f]{32})\"?");
  private static final Pattern RANGE = Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\d{1,18})");
  private static final int PIECE = 1 << 16;

  /** What a library's answer is. */
  static Answer of(Payload payload, @Nullable String tag, @Nullable String range)
      throws IOException {
    Long length = payload.getContentMetadata().getContentLength();
    return new Answer(
        payload.openStream(),
        length == null || length < 0 ? OptionalLong.empty() : OptionalLong.of(length),
        range == null ? md5(tag) : Optional.empty(),
        Optional.ofNullable(range));
  }

  private static Optional<String> md5(@Nullable String tag) {
    Matcher matcher = MD5.matcher(tag == null ? "" : tag);
    return matcher.matches()
        ? Optional.of(matcher.group(1).toLowerCase(Locale.ROOT))
        : Optional.empty();
  }

  /**
   * All of the object.
   *
   * @throws CorruptException if it is longer than this
   * @throws IOException if it breaks off or cannot be read
   */
  byte[] whole(int maxBytes, String name) throws IOException {
    if (length.orElse(0) > maxBytes) {
      throw tooLong(maxBytes, name);
    }
    if (length.isPresent()) {
      return exactly((int) length.getAsLong(), "more came than was announced");
    }
    byte[] bytes = body.readNBytes(Math.min(maxBytes, Integer.MAX_VALUE - 16) + 1);
    if (bytes.length > maxBytes) {
      throw tooLong(maxBytes, name);
    }
    return bytes;
  }

  private static CorruptException tooLong(int maxBytes, String name) {
    return new CorruptException(
        "%s is longer than the %,d bytes that it can have".formatted(name, maxBytes));
  }

  private byte[] exactly(int expected, String tooMuch) throws IOException {
    byte[] bytes = new byte[expected];
    int read = body.readNBytes(bytes, 0, expected);
    if (read < expected) {
      throw brokenOff(read, expected);
    }
    if (body.read() >= 0) {
      throw new IOException(tooMuch);
    }
    return bytes;
  }

  private static IOException brokenOff(long read, long announced) {
    return new IOException("%,d of %,d bytes came".formatted(read, announced));
  }

  /**
   * The part of the object that was asked for.
   *
   * @throws IOException if it is another part, breaks off or cannot be read
   */
  byte[] part(long offset, int wanted) throws IOException {
    if (range.isEmpty()) {
      return cut(offset, wanted);
    }
    Matcher matcher = RANGE.matcher(range.get());
    if (!matcher.matches() || Long.parseLong(matcher.group(1)) != offset) {
      throw new IOException("another part came than was asked for");
    }
    long total = Long.parseLong(matcher.group(3));
    int expected = (int) Math.max(0, Math.min(wanted, total - offset));
    return exactly(expected, "more came than was asked for");
  }

  /** The part, where the store has sent everything. */
  private byte[] cut(long offset, int wanted) throws IOException {
    long skipped = skip(offset);
    byte[] bytes = skipped < offset ? new byte[0] : body.readNBytes(wanted);
    long end = skipped + bytes.length;
    if (bytes.length < wanted && length.isPresent() && end != length.getAsLong()) {
      throw brokenOff(end, length.getAsLong());
    }
    return bytes;
  }

  private long skip(long bytes) throws IOException {
    byte[] piece = new byte[(int) Math.min(PIECE, bytes)];
    long skipped = 0;
    while (skipped < bytes) {
      int read = body.read(piece, 0, (int) Math.min(piece.length, bytes - skipped));
      if (read < 0) {
        break;
      }
      skipped += read;
    }
    return skipped;
  }

  /** Whether these bytes are what the tag says, if it says anything. */
  boolean agrees(byte[] bytes) {
    return md5.isEmpty()
        || md5.get().equals(HexFormat.of().formatHex(Upload.digest(Upload.MD5).digest(bytes)));
  }

  @Override
  public void close() throws IOException {
    body.close();
  }
}
