package org.ekkofs.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.ekkofs.app.CommandLineRunner.Result;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EncryptionCommandsTest {
  private static final String PASSWORD = "EKKOFS_PASSWORD";
  private static final String NEW_PASSWORD = "EKKOFS_NEW_PASSWORD";
  private static final int USAGE = 2;
  private static final int EXISTS = 4;
  private static final int REFUSED = 5;
  private static final int CORRUPT = 6;

  @TempDir Path folder;
  private CommandLineRunner ekkofs;
  private String disk;

  @BeforeEach
  void makeDisk() throws IOException {
    ekkofs = new CommandLineRunner(folder).with(PASSWORD, "correct horse");
    byte[] content = new byte[(1 << 20) + 1];
    content[0] = 1;
    disk = Files.write(folder.resolve("disk"), content).toString();
  }

  private void assertRefused(Result result, String text) {
    assertThat(result.status()).as(result.err()).isEqualTo(REFUSED);
    assertThat(result.err()).hasLineCount(1).contains(text);
  }

  private Result ok(String... words) {
    Result result = ekkofs.run(words);
    assertThat(result.status()).as(result.err()).isZero();
    return result;
  }

  private JsonNode keys() throws IOException {
    return new ObjectMapper().readTree(ok("key", "list", "--json").out());
  }

  @Test
  void whatWasBackedUpIsRestoredWithThePassphraseAndNotWithoutIt() throws IOException {
    ok("init", "--encrypt");
    ok("snapshot", disk, "web/one");
    ok("restore", "web/one", folder.resolve("restored").toString());
    assertThat(folder.resolve("restored")).hasSameBinaryContentAs(Path.of(disk));
    assertThat(ok("verify", "--read-data").out()).contains("all is well");
    assertThat(ok("stats").out()).contains("encrypted    yes");
    assertThat(
            new ObjectMapper().readTree(ok("stats", "--json").out()).get("encrypted").asBoolean())
        .isTrue();
    ekkofs.with(PASSWORD, "Correct horse");
    assertRefused(ekkofs.run("ls"), "wrong passphrase");
    ekkofs.with(PASSWORD, "correct horse").with("EKKOFS_KEY_FILE", disk);
    assertRefused(ekkofs.run("ls"), "set only one of EKKOFS_PASSWORD and EKKOFS_KEY_FILE");
  }

  @Test
  void thePassphraseMayComeFromTheFirstLineOfAFile() throws IOException {
    ok("init", "--encrypt");
    ekkofs.without(PASSWORD);
    Path file = folder.resolve("passphrase");
    ekkofs.with("EKKOFS_PASSWORD_FILE", file.toString());
    for (String content : new String[] {"correct horse", "correct horse\r\nnotes\n"}) {
      Files.writeString(file, content);
      ok("ls");
    }
    Files.writeString(file, "\ncorrect horse\n");
    assertRefused(ekkofs.run("ls"), "the passphrase is empty");
    Files.write(file, new byte[] {(byte) 0xff, '\n'});
    assertRefused(ekkofs.run("ls"), "not UTF-8");
    Files.delete(file);
    assertThat(ekkofs.run("ls").err()).hasLineCount(1).contains("cannot read " + file);
  }

  @Test
  void keysAreAddedListedAndRemoved() throws IOException {
    ok("init", "--encrypt");
    String first = keys().get(0).get("id").asText();
    ekkofs.with(NEW_PASSWORD, "battery staple");
    assertThat(ok("key", "add", "--label", "the safe").out()).contains("added key ");
    JsonNode keys = keys();
    assertThat(keys).hasSize(2);
    assertThat(keys.get(1).get("label").asText()).isEqualTo("the safe");
    assertThat(keys.get(1).get("kind").asText()).isEqualTo("passphrase");
    assertThat(ok("key", "list").out()).contains(first, "passphrase", "the safe");

    ekkofs.with(PASSWORD, "battery staple");
    ok("ls");
    assertThat(ok("key", "remove", first.substring(0, 10)).out())
        .contains("removed key " + first)
        .doesNotContain("came in with");
    assertThat(keys()).hasSize(1);
    String second = keys().get(0).get("id").asText();
    assertRefused(ekkofs.run("key", "remove", second), "this is the last key");
    ekkofs.with(PASSWORD, "correct horse");
    assertRefused(ekkofs.run("ls"), "wrong passphrase");
  }

  @Test
  void aKeyFileIsMadeForItsOwnerAndOpensTheRepository() throws IOException {
    ok("init", "--encrypt");
    Path file = folder.resolve("key");
    ok("key", "add", "--new-key-file", file.toString());
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(file).hasSize(32);
    assertThat(ekkofs.run("key", "add", "--new-key-file", file.toString()).status())
        .isEqualTo(EXISTS);
    String passphrase = keys().get(0).get("id").asText();
    ekkofs.without(PASSWORD).with("EKKOFS_KEY_FILE", file.toString());
    ok("snapshot", disk, "web/one");
    String own = keys().get(1).get("id").asText();
    assertThat(ok("key", "remove", own).out()).contains("the one you came in with");
    assertRefused(ekkofs.run("ls"), "key file opens no key");
    ekkofs.without("EKKOFS_KEY_FILE").with(PASSWORD, "correct horse");
    assertThat(keys().get(0).get("id").asText()).isEqualTo(passphrase);
    ok("show", "web/one");
  }

  @Test
  void aSecretForWhatIsNotEncryptedIsRefused() throws IOException {
    assertRefused(ekkofs.run("init"), "say --encrypt");
    assertThat(folder.resolve("repository/ekkofs.json")).doesNotExist();
    ok("init", "--encrypt");
    ok("snapshot", disk, "web/one");
    Path descriptor = folder.resolve("repository/ekkofs.json");
    String text = Files.readString(descriptor);
    Files.writeString(descriptor, text.replaceAll(",\\s*\"encrypted[^}]*", "\n"));
    assertRefused(ekkofs.run("snapshot", disk, "web/two"), "says that it is not encrypted");
    ekkofs.without(PASSWORD);
    assertRefused(ekkofs.run("snapshot", disk, "web/two"), "it was when this machine opened it");
    ekkofs.with(PASSWORD, "correct horse");
    Files.writeString(
        descriptor, text.replace("\"store\"", "\"single-writer\",\n\"writer\" : \"x\""));
    Result changed = ekkofs.run("ls");
    assertThat(changed.status()).isEqualTo(CORRUPT);
    assertThat(changed.err()).contains("changed by somebody without its key");
    Files.writeString(descriptor, text);
    ok("ls");
  }

  @Test
  void keysBelongToEncryptedRepositories() {
    ekkofs.without(PASSWORD);
    ok("init");
    assertRefused(ekkofs.run("key", "list"), "is not encrypted");
    assertThat(ekkofs.run("key").status()).isEqualTo(USAGE);
    ekkofs.with(PASSWORD, "x");
    assertRefused(ekkofs.run("ls"), "says that it is not encrypted");
  }

  @Test
  void theKeyThatFittedLastIsTriedFirst() throws IOException {
    ok("init", "--encrypt");
    ok("ls");
    String id = new ObjectMapper().readTree(ok("stats", "--json").out()).get("id").asText();
    Path last = folder.resolve("cache").resolve(id).resolve("last-key");
    assertThat(last).content().isEqualTo(keys().get(0).get("id").asText());
    Files.writeString(last, "nonsense");
    ok("ls");
    assertThat(last).content().isEqualTo(keys().get(0).get("id").asText());
  }
}
