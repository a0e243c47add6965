package org.ekkofs.encryption;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class HkdfTest {
  /** The first 32 bytes of RFC 5869's test cases 1 and 2. */
  @Test
  void itGivesWhatTheStandardSays() {
    HexFormat hex = HexFormat.of();
    byte[] first =
        Hkdf.derive(
            hex.parseHex("0b".repeat(22)),
            hex.parseHex("000102030405060708090a0b0c"),
            hex.parseHex("f0f1f2f3f4"),
            hex.parseHex("f5f6f7f8f9"));
    assertThat(hex.formatHex(first))
        .isEqualTo("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
    byte[] second = Hkdf.derive(range(0x00, 80), range(0x60, 80), range(0xb0, 80));
    assertThat(hex.formatHex(second))
        .isEqualTo("b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c");
  }

  private static byte[] range(int from, int count) {
    byte[] bytes = new byte[count];
    for (int i = 0; i < count; i++) {
      bytes[i] = (byte) (from + i);
    }
    return bytes;
  }
}
