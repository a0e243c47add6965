package org.ekkofs.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.ekkofs.model.InvalidException;
import org.ekkofs.store.BucketAddress;
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
    assertThat(RepositoryLocation.parse(text).folder()).contains(folder);
  }

  @Test
  void mayBeRelative() {
    assertThat(RepositoryLocation.parse("b").folder()).contains(Path.of("b").toAbsolutePath());
  }

  @ParameterizedTest
  @ValueSource(strings = {"ftp://bucket", "http://h/x"})
  void saysWhatIsNotSupported(String text) {
    assertThatThrownBy(() -> RepositoryLocation.parse(text))
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining("not supported");
  }

  @ParameterizedTest
  @CsvSource({"s3://b, s3, b, ''", "swift://c/p/q/, swift, c, p/q/"})
  void isABucket(String text, String scheme, String bucket, String prefix) {
    assertThat(RepositoryLocation.parse(text))
        .isEqualTo(new RepositoryLocation.Bucket(new BucketAddress(scheme, bucket, prefix)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"s3://", "s3:///x", "swift://c/../x", "s3://b/a//b", "s3://b/ü"})
  void refusesWhatIsNoBucket(String text) {
    assertThatThrownBy(() -> RepositoryLocation.parse(text)).isInstanceOf(InvalidException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "file://host/x", "file:x", "a\0b"})
  void refusesWhatIsNoPath(String text) {
    assertThatThrownBy(() -> RepositoryLocation.parse(text)).isInstanceOf(InvalidException.class);
  }
}
