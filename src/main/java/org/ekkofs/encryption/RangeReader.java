package org.ekkofs.encryption;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import javax.crypto.SecretKey;
import org.ekkofs.encryption.Sealer.Frames;
import org.ekkofs.model.CorruptException;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectStore;
import org.jspecify.annotations.Nullable;

/**
 * Reads parts of sealed objects, by the frames they are in. That an object ends is believed only if
 * its last frame says so. Safe for use by many threads.
 */
final class RangeReader {
  /** How many frames are asked for at once, 16 MiB. */
  private static final int FRAMES = 256;

  private final ObjectStore store;
  private final Sealer sealer;

  /** How the object began that was read last; its next part is often the next to be read. */
  private final AtomicReference<@Nullable Beginning> remembered = new AtomicReference<>();

  RangeReader(ObjectStore store, Sealer sealer) {
    this.store = store;
    this.sealer = sealer;
  }

  private record Beginning(ObjectKey key, SecretKey secret) {}

  /** Content that was read. */
  private static final class Piece {
    private final long start;
    private final byte[] content;
    private final boolean atEnd;

    /** Begins at {@code start}; {@code atEnd} if the object ends with it. */
    Piece(long start, byte[] content, boolean atEnd) {
      this.start = start;
      this.content = content;
      this.atEnd = atEnd;
    }

    /** What of it is wanted. */
    byte[] cut(long offset, int length) {
      int from = (int) Math.min(content.length, Math.max(0, offset - start));
      int to = (int) Math.min(content.length, offset - start + length);
      return from == 0 && to == content.length ? content : Arrays.copyOfRange(content, from, to);
    }

    long end() {
      return start + content.length;
    }
  }

  /** As {@link ObjectStore#getRange}, for a length that is not 0. */
  Optional<byte[]> read(ObjectKey key, long offset, int length) {
    long from = Math.min(offset, SealedLayout.MAX_CONTENT);
    Optional<Piece> first = piece(key, SealedLayout.frameOf(from), from + length);
    if (first.isEmpty() || first.get().atEnd || first.get().end() >= from + length) {
      return first.map(piece -> piece.cut(from, length));
    }
    byte[] joined = first.get().cut(from, length);
    Piece last = first.get();
    while (!last.atEnd && last.end() < from + length) {
      Optional<Piece> next = piece(key, SealedLayout.frameOf(last.end()), from + length);
      if (next.isEmpty()) {
        return Optional.empty();
      }
      last = next.get();
      joined = join(joined, last.cut(from, length));
    }
    return Optional.of(joined);
  }

  private static byte[] join(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  /** The frames from this one to the one before {@code end}, or as many as are read at once. */
  private Optional<Piece> piece(ObjectKey key, long frame, long end) {
    long last = Math.min(SealedLayout.frameOf(end - 1), frame + FRAMES - 1);
    if (frame == 0) {
      return beginning(key, last);
    }
    Beginning known = remembered.get();
    if (known != null && known.key().equals(key)) {
      try {
        return frames(known, frame, last);
      } catch (CorruptException replaced) {
        // By the same content sealed anew, as a repair does; if not, it is said below.
        remembered.compareAndSet(known, null);
      }
    }
    Optional<byte[]> preamble = store.getRange(key, 0, SealedLayout.PREAMBLE_BYTES);
    return preamble.flatMap(bytes -> frames(remember(key, bytes), frame, last));
  }

  private Beginning remember(ObjectKey key, byte[] sealed) {
    Beginning beginning = new Beginning(key, sealer.keyOf(key, sealed));
    remembered.set(beginning);
    return beginning;
  }

  private Optional<Piece> beginning(ObjectKey key, long last) {
    int want = (int) SealedLayout.start(last + 1);
    return store
        .getRange(key, 0, want + 1)
        .map(bytes -> open(remember(key, bytes), 0, bytes, SealedLayout.PREAMBLE_BYTES, want));
  }

  private Optional<Piece> frames(Beginning beginning, long frame, long last) {
    long start = SealedLayout.start(frame);
    int want = (int) (SealedLayout.start(last + 1) - start);
    Optional<byte[]> sealed = store.getRange(beginning.key(), start, want + 1);
    if (sealed.isPresent() && sealed.get().length == 0) {
      return end(beginning.key());
    }
    return sealed.map(bytes -> open(beginning, frame, bytes, 0, want));
  }

  /** What came of frames of which one byte more was asked for. */
  private Piece open(Beginning beginning, long frame, byte[] sealed, int from, int want) {
    boolean atEnd = sealed.length <= want;
    int end = Math.min(want, sealed.length);
    long contentStart = SealedLayout.contentStart(frame);
    long length = SealedLayout.content(SealedLayout.start(frame) + end - from) - contentStart;
    if (length < 0) {
      throw Sealer.broken(beginning.key());
    }
    byte[] content = new byte[(int) length];
    Frames frames = new Frames(ByteBuffer.wrap(sealed, from, end - from), frame, atEnd);
    sealer.openFrames(beginning.key(), beginning.secret(), frames, content);
    return new Piece(contentStart, content, atEnd);
  }

  /** The last piece of an object from which something was wanted that lies beyond it. */
  private Optional<Piece> end(ObjectKey key) {
    Optional<Piece> piece = piece(key, 0, SealedLayout.contentStart(FRAMES));
    while (piece.isPresent() && !piece.get().atEnd) {
      long frame = SealedLayout.frameOf(piece.get().end());
      long end = SealedLayout.contentStart(frame + FRAMES);
      piece = piece(key, frame, end);
    }
    return piece;
  }
}
