package org.ekkofs.format;

import java.util.Arrays;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.ekkofs.model.EkkofsException;

/** Everything a little wrong that can be made of some bytes. */
final class Tampering {
  private Tampering() {}

  /** The bytes with each single bit flipped. */
  static Stream<byte[]> bitFlips(byte[] bytes) {
    return bitFlips(bytes, 1);
  }

  /** The bytes with every single bit flipped up to byte 100, and then one in so many. */
  static Stream<byte[]> bitFlips(byte[] bytes, int step) {
    return IntStream.range(0, bytes.length * 8)
        .filter(bit -> bit < 800 || bit % step == 0)
        .mapToObj(
            bit -> {
              byte[] flipped = bytes.clone();
              flipped[bit / 8] ^= (byte) (1 << bit % 8);
              return flipped;
            });
  }

  /** The bytes cut off at every place, and with a few more behind. */
  static Stream<byte[]> otherLengths(byte[] bytes) {
    return Stream.concat(
        IntStream.range(0, bytes.length).mapToObj(n -> Arrays.copyOf(bytes, n)),
        IntStream.of(1, 4, 100).mapToObj(n -> Arrays.copyOf(bytes, bytes.length + n)));
  }

  /**
   * Decodes something tampered with.
   *
   * @return whether it was refused with an error for the user
   */
  static boolean refused(byte[] bytes, Consumer<byte[]> decoder) {
    try {
      decoder.accept(bytes);
      return false;
    } catch (EkkofsException e) {
      Assertions.assertThat(e.getMessage()).isNotBlank().doesNotContain("\n");
      return true;
    }
  }
}
