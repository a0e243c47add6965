package org.ekkofs.encryption;

/**
 * Where what lies in a sealed object.
 *
 * <pre>
 * offset  bytes
 *      0      4  magic "EKSO"
 *      4      1  version, 1
 *      5      3  zero
 *      8     24  salt
 *     32         frame 0: up to 4,096 bytes of content, encrypted, and 16 bytes of tag
 *                frame 1, 2, …: up to 65,536 bytes likewise
 * </pre>
 *
 * <p>All frames but the last are full; only frame 0 may be empty. So each length of content has one
 * length sealed.
 */
final class SealedLayout {
  /** How much comes before the frames. */
  static final int PREAMBLE_BYTES = 32;

  static final int SALT_OFFSET = 8;
  static final int SALT_BYTES = PREAMBLE_BYTES - SALT_OFFSET;

  /** What a length is that no content has. */
  static final long NONE = -1;

  /** Longer than any object; what lies beyond is reckoned with no more. */
  static final long MAX_CONTENT = 1L << 50;

  private static final int FIRST_CONTENT = 4 << 10;
  private static final int CONTENT = 64 << 10;
  private static final int TAG = Aes.TAG_BYTES;

  private SealedLayout() {}

  /** In which frame this byte of the content is. */
  static long frameOf(long offset) {
    return offset < FIRST_CONTENT ? 0 : 1 + (offset - FIRST_CONTENT) / CONTENT;
  }

  /** Where a frame's content begins in the content. */
  static long contentStart(long frame) {
    return frame == 0 ? 0 : FIRST_CONTENT + (frame - 1) * CONTENT;
  }

  /** How much content a full frame has. */
  static int contentBytes(long frame) {
    return frame == 0 ? FIRST_CONTENT : CONTENT;
  }

  /** Where a frame begins in the object. */
  static long start(long frame) {
    return PREAMBLE_BYTES + contentStart(frame) + frame * TAG;
  }

  /** How long an object with so much content is. */
  static long sealed(long content) {
    return PREAMBLE_BYTES + content + (frameOf(Math.max(0, content - 1)) + 1) * TAG;
  }

  /** How much content an object of this length has; {@link #NONE} if there are no such objects. */
  static long content(long sealed) {
    long full = FIRST_CONTENT + TAG;
    long first = sealed - PREAMBLE_BYTES;
    if (first <= full) {
      return first < TAG ? NONE : first - TAG;
    }
    long rest = first - full;
    long frames = (rest + CONTENT + TAG - 1) / (CONTENT + TAG);
    long last = rest - (frames - 1) * (CONTENT + TAG);
    return last <= TAG ? NONE : FIRST_CONTENT + rest - frames * TAG;
  }
}
