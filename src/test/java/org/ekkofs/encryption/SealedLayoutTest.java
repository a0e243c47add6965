package org.ekkofs.encryption;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SealedLayoutTest {
  @ParameterizedTest
  @CsvSource({
    "0, 48",
    "1, 49",
    "4096, 4144",
    "4097, 4161",
    "69632, 69696",
    "69633, 69713",
    "135168, 135248",
    "1099511627776, 1099780063280"
  })
  void eachLengthOfContentHasOneLengthSealed(long content, long sealed) {
    assertThat(SealedLayout.sealed(content)).isEqualTo(sealed);
    assertThat(SealedLayout.content(sealed)).isEqualTo(content);
  }

  @Test
  void everyLengthIsThatOfOneContentOrOfNone() {
    long content = 0;
    for (long length = 0; length < 300_000; length++) {
      long expected = SealedLayout.sealed(content) == length ? content++ : SealedLayout.NONE;
      assertThat(SealedLayout.content(length)).as("length %d", length).isEqualTo(expected);
    }
    assertThat(content).isGreaterThan(290_000);
  }

  @Test
  void framesFollowOneAnother() {
    long at = 0;
    for (long frame = 0; frame < 1000; frame++) {
      assertThat(SealedLayout.contentStart(frame)).isEqualTo(at);
      assertThat(SealedLayout.frameOf(at)).isEqualTo(frame);
      at += SealedLayout.contentBytes(frame);
      assertThat(SealedLayout.frameOf(at - 1)).isEqualTo(frame);
      assertThat(SealedLayout.start(frame + 1)).isEqualTo(SealedLayout.sealed(at));
    }
  }
}
