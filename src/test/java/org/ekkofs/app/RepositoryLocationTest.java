package org.ekkofs.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.ekkofs.model.InvalidException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RepositoryLocationTest {
  @ParameterizedTest
  @CsvSource({
    "/srv/backups, /srv/backups",
    "/srv/../srv/b/, /srv/b",
    "file:///srv/b, /srv/b",
    "file:/srv/b, /srv/b"
  })
  void isAFolder(String text, Path folder) {
    assertThat(RepositoryLocation.parse(text).folder()).isEqualTo(folder);
  }

  @Test
  void mayBeRelative() {
    assertThat(RepositoryLocation.parse("b").folder()).isEqualTo(Path.of("b").toAbsolutePath());
  }

  @ParameterizedTest
  @ValueSource(strings = {"s3://bucket", "swift://c/prefix", "http://h/x"})
  void saysWhatIsNotSupported(String text) {
    assertThatThrownBy(() -> RepositoryLocation.parse(text))
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining("not supported");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "file://host/x", "file:x", "a\0b"})
  void refusesWhatIsNoPath(String text) {
    assertThatThrownBy(() -> RepositoryLocation.parse(text)).isInstanceOf(InvalidException.class);
  }
}
