package org.ekkofs.encryption;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.SecretKey;
import org.ekkofs.model.FailedException;
import org.ekkofs.store.Body;
import org.ekkofs.store.ObjectKey;

/**
 * A body that is sealed while it is read, and gives the same bytes however often that happens. As
 * two contents must never be encrypted alike, reading fails once the body behind it has changed.
 * Safe for use by many threads.
 */
final class SealedBody implements Body {
  private final Body body;
  private final byte[] preamble;
  private final SecretKey key;

  /** The tags of the frames that were given out, by their numbers. */
  private final Map<Long, Tag> tags = new ConcurrentHashMap<>();

  private record Tag(long first, long second) {
    static Tag of(byte[] sealed, int end) {
      return new Tag(number(sealed, end - Aes.TAG_BYTES), number(sealed, end - Long.BYTES));
    }

    private static long number(byte[] bytes, int offset) {
      return ByteBuffer.wrap(bytes).getLong(offset);
    }
  }

  SealedBody(ObjectKey key, Body body, Sealer sealer) {
    this.body = body;
    this.preamble = sealer.newPreamble();
    this.key = sealer.keyOf(key, preamble);
  }

  @Override
  public long length() {
    return SealedLayout.sealed(body.length());
  }

  @Override
  public InputStream open() throws IOException {
    return new Sealing(body.open());
  }

  /** For one thread at a time. */
  private final class Sealing extends FilterInputStream {
    private final Aes aes = Aes.alone(key);
    private final byte[] content = new byte[SealedLayout.contentBytes(1)];
    private final byte[] sealed = new byte[content.length + Aes.TAG_BYTES];
    private byte[] ready = preamble;
    private int at;
    private int end = preamble.length;
    private long frame;
    private long left = body.length();
    private boolean done;

    Sealing(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      if (at == end && !next()) {
        return -1;
      }
      int count = Math.min(length, end - at);
      System.arraycopy(ready, at, target, offset, count);
      at += count;
      return count;
    }

    private boolean next() throws IOException {
      if (done) {
        return false;
      }
      int count = (int) Math.min(SealedLayout.contentBytes(frame), left);
      fill(count);
      left -= count;
      done = left == 0;
      end = aes.encrypt(frame, done, content, 0, count, sealed, 0);
      Tag tag = Tag.of(sealed, end);
      Tag before = tags.putIfAbsent(frame, tag);
      if (before != null && !before.equals(tag)) {
        throw new FailedException("what is to be stored has changed while it was stored");
      }
      frame++;
      ready = sealed;
      at = 0;
      return true;
    }

    private void fill(int count) throws IOException {
      if (in.readNBytes(content, 0, count) < count || (count == left && in.read() >= 0)) {
        throw new FailedException(
            "another number of bytes came to be stored than the %d announced"
                .formatted(body.length()));
      }
    }

    @Override
    public long skip(long count) throws IOException {
      return readNBytes((int) Math.min(count, sealed.length)).length;
    }

    @Override
    public int available() {
      return end - at;
    }

    @Override
    public boolean markSupported() {
      return false;
    }

    @Override
    public void close() throws IOException {
      Arrays.fill(content, (byte) 0);
      super.close();
    }
  }
}
