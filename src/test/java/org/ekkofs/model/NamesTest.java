package org.ekkofs.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {
  static Stream<String> wrongForBoth() {
    return Stream.of(
        "",
        ".",
        "..",
        "../etc",
        "a/b",
        "/",
        "a\\b",
        "a b",
        " a",
        "a\n",
        "\na",
        "a\u0000b",
        "a\u001b[31m",
        "a\u007f",
        "a\u0085b",
        "a\u2028b",
        "a\u202eb",
        "a\ud800",
        "é",
        "\u0661",
        "-a",
        ".a",
        "-",
        "a%b",
        "a*",
        "a~",
        "control",
        "latest",
        "x".repeat(129),
        "x".repeat(4000),
        "\n".repeat(4000));
  }

  @ParameterizedTest
  @MethodSource("wrongForBoth")
  void refusesWhatIsNoName(String text) {
    for (Function<String, ?> parser :
        Stream.<Function<String, ?>>of(TreeName::new, BackupName::new).toList()) {
      InvalidException e = catchThrowableOfType(InvalidException.class, () -> parser.apply(text));
      assertOnePrintableLine(e);
    }
  }

  @ParameterizedTest
  @MethodSource("wrongForBoth")
  void refusesPathsWithSuchNames(String text) {
    for (String path : new String[] {text + "/monday", "web/" + text, text + "/" + text}) {
      assertOnePrintableLine(
          catchThrowableOfType(InvalidException.class, () -> BackupPath.parse(path)));
    }
  }

  private static void assertOnePrintableLine(InvalidException e) {
    assertThat(e).isNotNull();
    assertThat(e.getMessage()).isNotBlank().hasSizeLessThan(400);
    assertThat(e.getMessage().codePoints())
        .allMatch(
            c ->
                switch (Character.getType(c)) {
                  case Character.CONTROL,
                      Character.FORMAT,
                      Character.LINE_SEPARATOR,
                      Character.PARAGRAPH_SEPARATOR,
                      Character.SURROGATE,
                      Character.UNASSIGNED ->
                      false;
                  default -> true;
                });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a", "_", "0", "web-1.example_2", "a.", "a-", "a..b", "Control", "latest2"})
  void acceptsNamesForBoth(String text) {
    assertThat(new TreeName(text)).hasToString(text);
    assertThat(new BackupName(text)).hasToString(text);
  }

  @Test
  void acceptsTheLongestName() {
    assertThatCode(() -> new TreeName("x".repeat(128))).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {":", "@daily", "2026-11-23T12:00:00+01:00", "+1"})
  void backupsMayHaveMoreCharactersThanTrees(String text) {
    assertThat(new BackupName(text)).hasToString(text);
    assertThatThrownBy(() -> new TreeName(text)).isInstanceOf(InvalidException.class);
  }

  @Test
  void namesAreOrderedByTheirText() {
    assertThat(new TreeName("a")).isLessThan(new TreeName("b"));
    assertThat(new BackupName("B")).isLessThan(new BackupName("a"));
  }

  @Test
  void parsesAPath() {
    BackupPath path = BackupPath.parse("web/monday:1");
    assertThat(path.tree()).isEqualTo(new TreeName("web"));
    assertThat(path.name()).isEqualTo(new BackupName("monday:1"));
    assertThat(path).hasToString("web/monday:1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "web", "/", "/web", "web/", "web//monday", "a/b/c", "/web/monday"})
  void refusesWhatIsNotExactlyTreeAndName(String text) {
    assertThatThrownBy(() -> BackupPath.parse(text)).isInstanceOf(InvalidException.class);
  }

  @Test
  void printableKeepsTextAndReplacesWhatDisturbs() {
    assertThat(Names.printable("größe 中 \ud83d\ude00")).isEqualTo("größe 中 \ud83d\ude00");
    assertThat(Names.printable("a\tb\u001b\u2028\u202e\ufeff\ud800c")).isEqualTo("a?b?????c");
    assertThat(Names.printable("x".repeat(4000))).hasSize(200);
  }
}
