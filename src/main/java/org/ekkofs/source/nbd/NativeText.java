package org.ekkofs.source.nbd;

import com.kenai.jffi.MemoryIO;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.LongToIntFunction;
import org.ekkofs.model.InvalidException;

/** Texts for native code. */
final class NativeText {
  private NativeText() {}

  /**
   * Has native code read a text, in UTF-8 and with a zero byte at its end, for as long as the call
   * lasts.
   *
   * @throws InvalidException if the text has a zero byte itself
   */
  static int lend(String text, LongToIntFunction use) {
    if (text.indexOf('\0') >= 0) {
      throw new InvalidException("a zero byte is not allowed in " + text.replace('\0', '?'));
    }
    byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocateDirect(encoded.length + 1).put(0, encoded);
    try {
      return use.applyAsInt(MemoryIO.getInstance().getDirectBufferAddress(bytes));
    } finally {
      Reference.reachabilityFence(bytes);
    }
  }
}
