package org.ekkofs.store;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.ekkofs.model.CancelledException;

/**
 * Keeps what goes to a store and what comes from it within bounds. Chunks wait their turn, in the
 * order they came. Records of logs, manifests and whatever else there is are counted, so that
 * chunks wait the longer, but never wait for chunks; what is long among them waits for what is long
 * among them. Nothing that only asks, lists or deletes is counted.
 */
public final class ThrottledObjectStore extends ForwardingObjectStore {
  private static final String BULK = "/chunks/";

  /** From here on something is long; what is long and no chunk is paid for by so much at most. */
  private static final int LONG_BYTES = 1 << 20;

  /** What a chunk is taken for until some have come. */
  private static final int USUAL_CHUNK_BYTES = 512 << 10;

  private static final int LEAST_STEP_BYTES = 4 << 10;
  private static final int KEPT_UNDER_WAY_SECONDS = 2;
  private static final int LEAST_PARALLELISM = 2;

  private final Optional<RateLimit> upload;
  private final Optional<RateLimit> download;
  private final AtomicInteger expectedChunkBytes = new AtomicInteger(USUAL_CHUNK_BYTES);

  /** Wraps a store; one of the bounds may be shared with other stores. */
  public ThrottledObjectStore(
      ObjectStore store, Optional<RateLimit> upload, Optional<RateLimit> download) {
    super(store);
    this.upload = upload;
    this.download = download;
  }

  @Override
  public Optional<byte[]> get(ObjectKey key, int maxBytes) {
    if (download.isEmpty()) {
      return super.get(key, maxBytes);
    }
    if (!isBulk(key)) {
      return counted(super.get(key, maxBytes), 0);
    }
    int expected = Math.min(maxBytes, expectedChunkBytes.get());
    pay(download.get(), expected, true);
    Optional<byte[]> found = counted(super.get(key, maxBytes), expected);
    found.ifPresent(
        bytes -> expectedChunkBytes.updateAndGet(before -> before + (bytes.length - before) / 8));
    return found;
  }

  @Override
  public Optional<byte[]> getRange(ObjectKey key, long offset, int length) {
    if (download.isEmpty()) {
      return super.getRange(key, offset, length);
    }
    boolean waits = isBulk(key) || length > LONG_BYTES;
    if (waits) {
      pay(download.get(), length, isBulk(key));
    }
    return counted(super.getRange(key, offset, length), waits ? length : 0);
  }

  /** Pays for what has come, of which some may have been paid for. */
  private Optional<byte[]> counted(Optional<byte[]> found, int paid) {
    download.orElseThrow().count(found.map(bytes -> bytes.length).orElse(0) - paid);
    return found;
  }

  @Override
  public void put(ObjectKey key, Body body) {
    if (upload.isEmpty()) {
      super.put(key, body);
    } else if (isBulk(key)) {
      pay(upload.get(), body.length(), true);
      super.put(key, body);
    } else if (body.length() > LONG_BYTES) {
      super.put(key, new PacedBody(body, upload.get()));
    } else {
      upload.get().count(body.length());
      super.put(key, body);
    }
  }

  @Override
  public boolean createIfAbsent(ObjectKey key, byte[] bytes) {
    upload.ifPresent(limit -> limit.count(bytes.length));
    return super.createIfAbsent(key, bytes);
  }

  /** So many that bulk fills the slower of the bounds, and does not queue for long. */
  @Override
  public int parallelism() {
    long slowest =
        Math.min(
            upload.map(RateLimit::bytesPerSecond).orElse(Long.MAX_VALUE),
            download.map(RateLimit::bytesPerSecond).orElse(Long.MAX_VALUE));
    long worthwhile = slowest / USUAL_CHUNK_BYTES * KEPT_UNDER_WAY_SECONDS;
    return (int) Math.min(super.parallelism(), Math.max(LEAST_PARALLELISM, worthwhile));
  }

  private static boolean isBulk(ObjectKey key) {
    return key.value().contains(BULK);
  }

  private void pay(RateLimit limit, long bytes, boolean bulk) {
    try {
      if (bulk) {
        limit.awaitTurn(bytes);
      } else {
        limit.awaitUrgentTurn(bytes);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException("interrupted while waiting for " + description(), e);
    }
  }

  /** A body that is paid for while it is read, each time. */
  private final class PacedBody implements Body {
    private final Body body;
    private final RateLimit limit;
    private final long step;

    /** What a second may carry goes at once, so that no server takes the sender for dead. */
    PacedBody(Body body, RateLimit limit) {
      this.body = body;
      this.limit = limit;
      this.step = Math.max(LEAST_STEP_BYTES, Math.min(LONG_BYTES, limit.bytesPerSecond()));
    }

    @Override
    public long length() {
      return body.length();
    }

    @Override
    public InputStream open() throws IOException {
      return new FilterInputStream(body.open()) {
        private long unpaid = body.length();
        private int paid;

        @Override
        public int read() throws IOException {
          byte[] one = new byte[1];
          return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
          if (length > 0 && paid == 0 && unpaid > 0) {
            paid = (int) Math.min(step, unpaid);
            unpaid -= paid;
            pay(limit, paid, false);
          }
          int count = super.read(target, offset, paid == 0 ? length : Math.min(length, paid));
          paid -= Math.max(0, Math.min(paid, count));
          return count;
        }
      };
    }
  }
}
