package org.ekkofs.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.ekkofs.model.InvalidException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SizesTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "512, 512",
    "512K, 524288",
    "1m, 1048576",
    "10G, 10737418240",
    "10GiB, 10737418240",
    "3t, 3298534883328",
    "7E, 8070450532247928832"
  })
  void readsBinaryUnits(String text, long bytes) {
    assertThat(Sizes.parse(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "K",
        "1.5G",
        "-1",
        "10GB",
        "1X",
        "8E",
        "9999999999999999999",
        "1 G",
        "iB"
      })
  void refusesWhatIsNoSize(String text) {
    assertThatThrownBy(() -> Sizes.parse(text)).isInstanceOf(InvalidException.class);
  }
}
