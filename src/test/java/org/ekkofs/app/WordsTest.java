package org.ekkofs.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.ekkofs.model.InvalidException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class WordsTest {
  static Stream<Arguments> lines() {
    return Stream.of(
        Arguments.of("", List.of()),
        Arguments.of("  \t ", List.of()),
        Arguments.of("a b\tc", List.of("a", "b", "c")),
        Arguments.of("'a b' c", List.of("a b", "c")),
        Arguments.of("\"a b\"c", List.of("a bc")),
        Arguments.of("a\\ b", List.of("a b")),
        Arguments.of("'' x \"\"", List.of("", "x", "")),
        Arguments.of("'a\\b'", List.of("a\\b")),
        Arguments.of("\"a\\\"b\\\\c\\d\"", List.of("a\"b\\c\\d")),
        Arguments.of("$HOME `id` * ~", List.of("$HOME", "`id`", "*", "~")));
  }

  @ParameterizedTest
  @MethodSource("lines")
  void cutsAsAShellDoes(String line, List<String> words) {
    assertThat(Words.split(line)).isEqualTo(words);
  }

  @ParameterizedTest
  @ValueSource(strings = {"'a", "\"a", "a\\", "\"a\\", "\"a\\\""})
  void refusesWhatIsNotClosed(String line) {
    assertThatThrownBy(() -> Words.split(line)).isInstanceOf(InvalidException.class);
  }
}
