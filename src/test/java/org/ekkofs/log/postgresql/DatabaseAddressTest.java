package org.ekkofs.log.postgresql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.ekkofs.model.InvalidException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseAddressTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "postgresql://db1/ekkofs",
        "postgresql://backup@db1.example.org:5433/ekkofs",
        "postgresql://db1,db2:6432/ekkofs",
        "postgresql://[2001:db8::1]:5433/ekkofs",
        "postgresql://db1/ekkofs?sslmode=verify-full&sslrootcert=/etc/ssl/db.pem"
      })
  void addressesAreWrittenAsTheyWereRead(String text) {
    assertThat(DatabaseAddress.parse(text)).hasToString(text);
  }

  @Test
  void theUsualPortIsLeftOut() {
    assertThat(DatabaseAddress.parse("postgres://db1:5432/x")).hasToString("postgresql://db1/x");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "postgresql://user:hush@db1/ekkofs",
        "postgresql://:hush@db1/ekkofs",
        "postgresql://db1/ekkofs?password=hush",
        "postgresql://db1/ekkofs?sslPassword=hush"
      })
  void aPasswordIsRefusedAndNotRepeated(String text) {
    assertThatThrownBy(() -> DatabaseAddress.parse(text))
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining("PGPASSWORD")
        .hasMessageNotContaining("hush");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "mysql://db1/ekkofs",
        "postgresql:///ekkofs",
        "postgresql://db1",
        "postgresql://db1/",
        "postgresql://db1/a/b",
        "postgresql://db1:0/ekkofs",
        "postgresql://db1:65536/ekkofs",
        "postgresql://db1:x/ekkofs",
        "postgresql://a@b@db1/ekkofs",
        "postgresql://db 1/ekkofs",
        "postgresql://db1/ekkofs?socketFactory=x.Y",
        "postgresql://db1/ekkofs?sslfactory=x.Y",
        "postgresql://db1/ekkofs?sslmode=maybe",
        "postgresql://db1/ekkofs?sslmode=",
        "postgresql://db1/ekkofs?sslmode",
        "postgresql://db1/ekkofs\n"
      })
  void whatIsNoAddressIsRefused(String text) {
    assertThatThrownBy(() -> DatabaseAddress.parse(text)).isInstanceOf(InvalidException.class);
  }
}
