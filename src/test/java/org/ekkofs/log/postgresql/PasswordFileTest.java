package org.ekkofs.log.postgresql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.ekkofs.model.RefusedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PasswordFileTest {
  @TempDir Path folder;

  private PasswordFile file(String permissions, String... lines) throws Exception {
    Path path = folder.resolve("pgpass");
    Files.writeString(path, String.join("\n", lines) + "\n");
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    return new PasswordFile(path);
  }

  private static Optional<String> find(PasswordFile file, String host, String user) {
    return file.find(new DatabaseAddress.Server(host, 5432), "ekkofs", user);
  }

  @Test
  void theFirstLineThatFitsCounts() throws Exception {
    PasswordFile file =
        file(
            "rw-------",
            "# db1:5432:ekkofs:me:comment",
            "",
            "db1:5433:*:me:port",
            "db1:5432:other:me:database",
            "db1:*:ekkofs:me:first",
            "*:*:*:*:last");
    assertThat(find(file, "db1", "me")).hasValue("first");
    assertThat(find(file, "db2", "me")).hasValue("last");
  }

  @Test
  void aBackslashTakesTheMeaningFromTheNext() throws Exception {
    PasswordFile file = file("rw-------", "a\\:b:5432:ekkofs:me:x:y\\\\z");
    assertThat(find(file, "a:b", "me")).hasValue("x:y\\z");
  }

  @Test
  void withoutAFileOrALineThatFitsThereIsNone() throws Exception {
    assertThat(find(new PasswordFile(folder.resolve("none")), "db1", "me")).isEmpty();
    assertThat(find(file("rw-------", "db1:5432:ekkofs:you:x", "short:line"), "db1", "me"))
        .isEmpty();
  }

  @Test
  void aFileThatOthersMayReadIsRefused() throws Exception {
    PasswordFile file = file("rw-r-----", "*:*:*:*:x");
    assertThatThrownBy(() -> find(file, "db1", "me"))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("chmod 600");
  }
}
