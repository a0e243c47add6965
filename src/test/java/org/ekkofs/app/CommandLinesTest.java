package org.ekkofs.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLinesTest {
  @TempDir Path folder;
  private CommandLineRunner ekkofs;
  private String disk;

  @BeforeEach
  void makeRepository() throws IOException {
    ekkofs = new CommandLineRunner(folder);
    byte[] content = new byte[(1 << 20) + 1];
    content[0] = 1;
    disk = Files.write(folder.resolve("disk"), content).toString();
    assertThat(ekkofs.run("init").status()).isZero();
  }

  private void snapshot(String... words) {
    String[] all = new String[words.length + 2];
    all[0] = "snapshot";
    all[1] = disk;
    System.arraycopy(words, 0, all, 2, words.length);
    assertThat(ekkofs.run(all).status()).isZero();
  }

  private JsonNode json(String... words) throws IOException {
    return new ObjectMapper().readTree(ekkofs.run(words).out());
  }

  @Test
  void localCopiesAreMadeListedAndRemoved() throws IOException {
    snapshot("web/one");
    snapshot("web/two", "--parent", "web/one");
    assertThat(ekkofs.run("cache", "fill", "web/one", "web/two").out().lines().toList())
        .containsExactly(
            "web/one: made a local copy of 16 KiB", "web/two: made a local copy of 16 KiB");
    assertThat(ekkofs.run("cache", "fill", "web/one").out()).contains("already");
    JsonNode copies = json("cache", "--json").get("copies");
    assertThat(copies).hasSize(2);
    assertThat(copies.get(0).get("name").asText()).isEqualTo("one");
    assertThat(copies.get(0).get("bytes").asLong()).isEqualTo(16 << 10);
    assertThat(copies.get(0).get("origin").asText()).isEqualTo("asked");
    assertThat(json("cache", "--json").get("parts").findValuesAsText("name"))
        .contains("manifests")
        .doesNotContain("copies");
    assertThat(ekkofs.run("cache").out().lines().toList())
        .anyMatch(line -> line.matches("web/two +16 KiB +copy, asked, .*"));

    assertThat(ekkofs.run("cache", "drop", "web/one").status()).isZero();
    assertThat(ekkofs.run("cache", "drop", "web/one").status()).isEqualTo(3);
    assertThat(ekkofs.run("cache", "fill", "web/three").status()).isEqualTo(3);
    assertThat(ekkofs.run("cache", "fill").status()).isEqualTo(2);
    assertThat(json("cache", "--json").get("copies")).hasSize(1);

    assertThat(ekkofs.run("cache", "clear").status()).isZero();
    assertThat(json("cache", "--json").get("copies")).isEmpty();
    assertThat(json("cache", "--json").get("parts").findValuesAsText("name"))
        .doesNotContain("manifests");
    assertThat(ekkofs.run("cache", "fill", "web/one").status()).isZero();
  }

  @Test
  void copiesIntoAnotherRepositoryWhatThatLacks() throws IOException {
    snapshot("web/one");
    snapshot("web/two", "--parent", "web/one");
    String other = folder.resolve("other").toString();
    assertThat(ekkofs.run("copy", "web", "--to", other).status()).isEqualTo(3);
    assertThat(ekkofs.run("init", other).status()).isZero();
    assertThat(ekkofs.run("copy", "web", "--to", other, "--dry-run").out().lines().toList())
        .hasSize(3)
        .contains("would copy web/one", "would copy web/two");

    JsonNode first = json("copy", "web/one", "--to", other, "--json").get("trees").get(0);
    assertThat(first.get("copied")).hasSize(1);
    assertThat(first.get("sentBytes").asLong()).isPositive();
    JsonNode rest =
        json("copy", "web", "--to", other, "--verify", "--read-data", "--json").get("trees").get(0);
    assertThat(rest.get("copied").get(0).get("name").asText()).isEqualTo("two");
    assertThat(rest.get("already").asInt()).isEqualTo(1);
    assertThat(rest.get("verified").get("problems")).isEmpty();
    assertThat(ekkofs.run("copy", "web", "--to", other).out())
        .contains("copied 0 backups", "2 there already");

    JsonNode original = json("show", "web/two", "--json");
    JsonNode copy = json("-r", other, "show", "web/two", "--json");
    assertThat(copy.get("taken")).isEqualTo(original.get("taken"));
    assertThat(copy.get("copyOf").get("id")).isEqualTo(original.get("id"));
    assertThat(copy.get("verified").get("percent").asInt()).isEqualTo(100);
    assertThat(ekkofs.run("-r", other, "show", "web/two").out()).contains("copy of");
  }

  @Test
  void copyNeedsToKnowWhatAndWhereTo() {
    snapshot("web/one");
    assertThat(ekkofs.run("copy", "web").status()).isEqualTo(2);
    assertThat(ekkofs.run("copy", "--to", "/nowhere").status()).isEqualTo(2);
    assertThat(ekkofs.run("copy", "web", "--to", "/nowhere", "--read-data").status()).isEqualTo(2);
    String same = folder.resolve("repository").toString();
    assertThat(ekkofs.run("copy", "web", "--to", same).status()).isEqualTo(5);
    assertThat(ekkofs.run("copy", "web/none", "--to", same, "--as", "db").status()).isEqualTo(3);
    assertThat(ekkofs.run("copy", "web/one", "--to", same, "--as", "db").status()).isZero();
    assertThat(ekkofs.run("show", "db/one").status()).isZero();
  }

  @Test
  void listsTreesAndBackups() throws IOException {
    snapshot("web/one");
    snapshot("web/two", "--parent", "web/one");

    assertThat(json("ls", "--json").get(0).get("backups").asInt()).isEqualTo(2);
    JsonNode two = json("ls", "web", "--json").get(1);
    assertThat(two.get("name").asText()).isEqualTo("two");
    assertThat(two.get("parent").asText()).isEqualTo("one");
    assertThat(two.get("diskBytes").asLong()).isEqualTo((1 << 20) + 1);
    assertThat(two.get("newBytes").asLong()).isZero();
    assertThat(ekkofs.run("ls", "web").out().lines().toList())
        .hasSize(3)
        .first()
        .asString()
        .matches("NAME +SIZE +DATA +NEW +STORED +FREES +TAKEN +PARENT +VERIFIED");
  }

  @Test
  void showsDeletedBackupsOnlyWhenAsked() throws IOException {
    snapshot("web/one");
    assertThat(ekkofs.run("delete", "web/one").status()).isZero();

    assertThat(json("ls", "web", "--json")).isEmpty();
    assertThat(json("ls", "-a", "web", "--json").get(0).get("state").asText()).isEqualTo("deleted");
    assertThat(ekkofs.run("undelete", "web/one", "--as", "again").status()).isZero();
    assertThat(json("show", "web/again", "--json").get("state").asText()).isEqualTo("complete");
  }

  @Test
  void listingThatMayBeOutOfDateSaysSo() throws IOException {
    snapshot("web/one");
    snapshot("web/two");
    Files.delete(folder.resolve("repository/trees/web/log/0000000000000004"));
    CommandLineRunner.Result listed =
        ekkofs.run("ls", "web", "--cache-dir", folder.resolve("new").toString());
    assertThat(listed.status()).isEqualTo(6);
    assertThat(listed.out()).contains("one").doesNotContain("two");
    assertThat(listed.err()).contains("record 4 of the log of tree web is missing");
  }

  @Test
  void protectedBackupsCannotBeDeleted() throws IOException {
    snapshot("web/one");
    assertThat(ekkofs.run("ls", "web").out()).doesNotContain("PROTECTED");
    assertThat(ekkofs.run("protect", "web/one").status()).isZero();

    CommandLineRunner.Result refused = ekkofs.run("delete", "web/one");
    assertThat(refused.status()).isEqualTo(5);
    assertThat(refused.err()).contains("ekkofs unprotect web/one");
    assertThat(ekkofs.run("ls", "web").out().lines().toList())
        .satisfiesExactly(
            head -> assertThat(head).containsPattern(" PROTECTED +VERIFIED$"),
            row -> assertThat(row).containsPattern(" yes +-$"));
    assertThat(ekkofs.run("show", "web/one").out()).containsPattern("protected +yes");
    assertThat(json("show", "web/one", "--json").get("protected").asBoolean()).isTrue();

    assertThat(ekkofs.run("unprotect", "web/one").status()).isZero();
    assertThat(json("ls", "web", "--json").get(0).get("protected").asBoolean()).isFalse();
    assertThat(ekkofs.run("delete", "web/one").status()).isZero();
  }

  @Test
  void dryRunSaysWhatASweepThenDoes() throws IOException {
    snapshot("web/one");
    snapshot("web/two", "--parent", "web/one");
    assertThat(ekkofs.run("delete", "web/one").status()).isZero();
    assertThat(ekkofs.run("delete", "web/two").status()).isZero();

    JsonNode waits = json("sweep", "--dry-run", "--json").get("trees").get(0);
    assertThat(waits.get("backups")).isEmpty();
    assertThat(waits.get("waiting").findValuesAsText("reason"))
        .containsExactly("undoWindow", "undoWindow");
    assertThat(ekkofs.run("sweep", "web").out().lines().toList())
        .satisfiesExactly(
            line -> assertThat(line).isEqualTo("web: nothing to sweep"),
            line ->
                assertThat(line)
                    .matches("  web/one, web/two stay, the last until .*, to be undeleted .*"));

    JsonNode would = json("sweep", "--dry-run", "--now", "--list", "--json").get("trees").get(0);
    assertThat(would.get("backups").findValuesAsText("name")).containsExactly("one", "two");
    long bytes = 0;
    for (JsonNode object : would.get("objects")) {
      Path file = folder.resolve("repository").resolve(object.get("key").asText());
      assertThat(file).hasSize(object.get("bytes").asLong());
      bytes += object.get("bytes").asLong();
    }
    assertThat(would.get("objects")).hasSize(5);
    assertThat(would.get("bytes").asLong()).isEqualTo(bytes);
    assertThat(ekkofs.run("sweep", "--dry-run", "--now", "--list").out().lines().toList())
        .hasSize(8)
        .contains("  web/one would be gone for good", "  web/two would be gone for good");

    assertThat(json("-q", "sweep", "--now", "--json").get("trees").get(0).get("bytes").asLong())
        .isEqualTo(bytes);
    for (JsonNode object : would.get("objects")) {
      assertThat(folder.resolve("repository").resolve(object.get("key").asText())).doesNotExist();
    }
    assertThat(ekkofs.run("sweep", "--now").out()).isEqualTo("there was nothing to sweep\n");
    assertThat(ekkofs.run("ls", "-a", "web").out()).hasLineCount(1);
    assertThat(ekkofs.run("undelete", "web/one").status()).isEqualTo(3);
  }

  @Test
  void aDamagedTreeKeepsNoOtherFromBeingSwept() throws IOException {
    snapshot("web/one");
    snapshot("web/kept");
    snapshot("zoo/one");
    assertThat(ekkofs.run("delete", "web/one").status()).isZero();
    assertThat(ekkofs.run("delete", "zoo/one").status()).isZero();
    String kept = json("show", "web/kept", "--json").get("id").asText();
    Path references = folder.resolve("repository/trees/web/references").resolve(kept);
    Files.setPosixFilePermissions(references, PosixFilePermissions.fromString("rw-------"));
    Files.writeString(references, "garbage");

    String cold = folder.resolve("cold").toString();
    CommandLineRunner.Result result = ekkofs.run("-q", "--cache-dir", cold, "sweep", "--now");

    assertThat(result.status()).isEqualTo(6);
    assertThat(result.err().lines()).singleElement().asString().contains("web/kept");
    assertThat(result.out()).startsWith("web: not swept: ");
    assertThat(folder.resolve("repository/trees/zoo/manifests")).doesNotExist();
    assertThat(folder.resolve("repository/trees/web/manifests")).isNotEmptyDirectory();
    JsonNode problems = json("--cache-dir", cold, "sweep", "--now", "--json").get("problems");
    assertThat(problems.get(0).get("tree").asText()).isEqualTo("web");
  }

  @Test
  void drawsATreeWithDeletedBackupsThatOthersDescendFrom() {
    snapshot("web/a");
    snapshot("web/b", "--parent", "web/a");
    snapshot("web/c", "--parent", "web/b");
    snapshot("web/d", "--parent", "web/a");
    snapshot("web/gone", "--parent", "web/d");
    assertThat(ekkofs.run("delete", "web/b").status()).isZero();
    assertThat(ekkofs.run("delete", "web/gone").status()).isZero();

    assertThat(
            ekkofs
                .run("tree", "web")
                .out()
                .lines()
                .map(line -> line.replaceAll("  [0-9].*stored", "")))
        .containsExactly("web", "└── a", "    ├── b  (deleted)", "    │   └── c", "    └── d");
  }

  @Test
  void answersASnapshotInJson() throws IOException {
    JsonNode result = json("-q", "snapshot", disk, "web/one", "--json");

    assertThat(result.get("tree").asText()).isEqualTo("web");
    assertThat(result.get("newChunks").asInt()).isEqualTo(1);
    assertThat(result.has("parent")).isFalse();
  }

  @Test
  void countsAndVerifies() throws IOException {
    snapshot("web/one");

    assertThat(json("stats", "--json").get("backups").asInt()).isEqualTo(1);
    JsonNode report = json("-q", "verify", "web/one", "--read-data", "--json");
    assertThat(report.get("chunks").asInt()).isEqualTo(1);
    assertThat(report.get("problems")).isEmpty();
  }

  @Test
  void tellsOfVerifications() throws IOException {
    snapshot("web/one");
    snapshot("web/two", "--parent", "web/one");
    assertThat(json("show", "web/one", "--json").has("verified")).isFalse();
    assertThat(ekkofs.run("ls", "web").out().lines().skip(1)).allMatch(line -> line.endsWith(" -"));

    assertThat(ekkofs.run("verify", "--read-data=5%", "web/one").status()).isZero();
    JsonNode verified = json("ls", "web", "--json").get(0).get("verified");
    assertThat(verified.get("percent").asInt()).isEqualTo(5);
    assertThat(verified.get("sound").asBoolean()).isTrue();
    assertThat(Instant.parse(verified.get("time").asText())).isBefore(Instant.now());
    assertThat(ekkofs.run("show", "web/one").out())
        .containsPattern("verified +[0-9]{4}-[0-9]{2}-[0-9]{2}, 5 % sampled");

    assertThat(ekkofs.run("verify", "--read-data", "web/one").status()).isZero();
    assertThat(ekkofs.run("ls", "web").out()).containsPattern("one .* 20[0-9-]{8} 100 %\\R");
    assertThat(ekkofs.run("verify", "web").out()).contains("2 backups with 1 chunk; read 0 B");
    assertThat(ekkofs.run("ls", "web").out()).containsPattern("two .* 20[0-9-]{8} presence\\R");
  }

  @Test
  void restoresWhatWasBackedUp() {
    snapshot("web/one");
    Path copy = folder.resolve("copy");

    assertThat(ekkofs.run("restore", "web/one", copy.toString()).status()).isZero();
    assertThat(copy).hasSameBinaryContentAs(Path.of(disk));
    assertThat(ekkofs.run("restore", "web/one", copy.toString()).status()).isEqualTo(4);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "verify --read-data=0                       | 2 | from 1 to 100",
        "verify --read-data=x                       | 2 | percentage",
        "verify --read-data=101%                    | 2 | percentage",
        "verify nothing                             | 3 | no tree",
        "verify web/one --repair-from /nowhere      | 3 | /nowhere",
        "init                                       | 4 | already",
        "init FOLDER                                | 5 | not empty",
        "restore web/one EMPTY                      | 2 | empty",
        "mount FOLDER -o cache_size=x               | 2 | cache_size",
        "ls nothing                                 | 3 | no tree",
        "show web/nothing                           | 3 | no backup",
        "snapshot /does/not/exist web/x             | 3 | does not exist",
        "snapshot / web/x                           | 2 | directory",
        "snapshot DISK web/one                      | 4 | already",
        "snapshot DISK web/x --parent web/no        | 3 | no backup",
        "snapshot DISK web/x --compression 9        | 5 | fixed",
        "undelete web/one                           | 3 | no deleted backup",
        "protect web/nothing                        | 3 | no backup",
        "unprotect nothing/one                      | 3 | no tree",
        "sweep nothing                              | 3 | no tree",
        "sweep web --list                           | 2 | --dry-run",
        "sweep --now --undo-window 1h               | 2 | only one",
        "sweep --undo-window 1w                     | 2 | not a length of time",
        "revoke web/one                             | 3 | no unfinished",
        "show web                                   | 2 | does not name a backup",
        "ls ..                                      | 2 | not a tree name",
        "frobnicate                                 | 2 | no command",
        "ls --frobnicate                            | 2 | unknown option",
        "-r ftp://bucket ls                          | 2 | not supported",
        "mount /does/not/exist -o frobnicate        | 2 | unknown mount option",
        "umount /does/not/exist                     | 3 | mounted"
      })
  void failsInOneLineWithItsOwnStatus(String line, int status, String message) {
    snapshot("web/one");

    CommandLineRunner.Result result = ekkofs.run(words(line));

    assertThat(result.status()).isEqualTo(status);
    assertThat(result.err().lines().filter(text -> !text.startsWith("snapshot: ")))
        .singleElement()
        .asString()
        .startsWith("ekkofs: ")
        .contains(message);
  }

  private String[] words(String line) {
    String named = line.replace("DISK", disk).replace("FOLDER", folder.toString());
    return named.replace("EMPTY", "").split(" ", -1);
  }

  @Test
  void asksForARepositoryIfNoneIsNamed() {
    assertThat(ekkofs.without("EKKOFS_REPOSITORY").run("ls").err())
        .contains("EKKOFS_REPOSITORY")
        .hasLineCount(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "init",
        "snapshot",
        "ls",
        "tree",
        "show",
        "mount",
        "umount",
        "restore",
        "delete",
        "undelete",
        "verify",
        "revoke",
        "stats",
        "help"
      })
  void helpsWithAnExample(String command) {
    CommandLineRunner.Result help = ekkofs.run(command, "--help");

    assertThat(help.status()).isZero();
    assertThat(help.out()).containsPattern("Examples?:").contains("  ekkofs " + command);
    assertThat(ekkofs.run("help", command).out()).isEqualTo(help.out());
  }
}
