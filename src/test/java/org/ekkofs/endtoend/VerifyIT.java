package org.ekkofs.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.ekkofs.testing.DiskImage;
import org.ekkofs.testing.Ekkofs;
import org.ekkofs.testing.Ekkofs.Result;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder repository that is damaged, verified, repaired and verified again. */
@Tag("long")
class VerifyIT {
  private static final int MIB = 1 << 20;
  private static final int CORRUPT = 6;

  @TempDir Path folder;
  private Ekkofs ekkofs;
  private Path monday;
  private Path tuesday;

  @BeforeEach
  void takeTwo() {
    ekkofs = new Ekkofs(folder.resolve("repository"), folder.resolve("scratch"));
    ekkofs.run("init").ok();
    DiskImage disk = new DiskImage(1, 24 * MIB);
    monday = disk.writeTo(folder.resolve("monday.raw"));
    ekkofs.run("snapshot", monday.toString(), "web/monday").ok();
    disk.churn(40);
    tuesday = disk.writeTo(folder.resolve("tuesday.raw"));
    ekkofs.run("snapshot", tuesday.toString(), "web/tuesday", "--parent", "web/monday").ok();
  }

  private String id(String backup) {
    return json("show", backup, "--json").get("id").asText();
  }

  private JsonNode json(String... words) {
    try {
      return new ObjectMapper().readTree(ekkofs.run(words).out());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private Path object(String kind, String id) {
    return folder.resolve("repository/trees/web").resolve(kind).resolve(id);
  }

  private List<Path> chunks(String backup) throws IOException {
    try (Stream<Path> files = Files.list(object("chunks", id(backup)))) {
      return files.sorted().toList();
    }
  }

  private static void truncate(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() / 2);
    }
  }

  private static void flipABit(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 1] ^= 1;
    Files.write(file, bytes);
  }

  private void damageChunks(String backup) throws IOException {
    List<Path> chunks = chunks(backup);
    truncate(chunks.get(0));
    flipABit(chunks.get(2));
    Files.delete(chunks.get(4));
  }

  private void assertSound() {
    assertThat(ekkofs.run("verify", "--read-data").ok().out()).contains("all is well");
    for (String name : List.of("monday", "tuesday")) {
      Path restored = folder.resolve(name + ".restored");
      ekkofs.run("restore", "web/" + name, restored.toString()).ok();
      assertThat(restored).hasSameBinaryContentAs(folder.resolve(name + ".raw"));
    }
  }

  @Test
  void disksGiveBackWhatWasTakenOfThem() throws IOException {
    damageChunks("web/monday");
    damageChunks("web/tuesday");
    Files.delete(object("references", id("web/tuesday")));
    ekkofs.run("-q", "verify").fails(CORRUPT, "2 backups");
    Result found = ekkofs.run("-q", "verify", "--read-data").fails(CORRUPT, "2 backups");
    assertThat(found.out())
        .contains("web/monday, bytes ", "web/tuesday, bytes ", " is missing", " is damaged: ")
        .contains("references/" + id("web/tuesday"));
    assertThat(ekkofs.run("show", "web/monday").ok().out()).contains("damaged, see ekkofs verify");

    Result first = ekkofs.run("-q", "verify", "--repair-from", monday.toString());
    first.fails(CORRUPT, "1 backup");
    assertThat(first.out()).contains("web/tuesday, bytes ").doesNotContain("web/monday, bytes ");
    Result second = ekkofs.run("verify", "--repair-from", tuesday.toString()).ok();
    assertThat(second.out()).contains("stored 3 objects again", "from " + tuesday);
    assertThat(ekkofs.run("ls", "web").ok().out()).doesNotContain("damaged").contains("100 %");
    assertSound();
  }

  @Test
  void copyOfTheRepositoryGivesBackEverything() throws IOException {
    Path copy = folder.resolve("copy");
    ekkofs.program("cp", "-a", folder.resolve("repository").toString(), copy.toString()).ok();
    damageChunks("web/monday");
    truncate(object("manifests", id("web/monday")));
    flipABit(object("references", id("web/monday")));
    Files.delete(object("manifests", id("web/tuesday")));
    assertThat(ekkofs.run("-q", "verify").fails(CORRUPT, "2 backups").out())
        .contains("web/monday: ", "web/tuesday: ");

    JsonNode report = json("-q", "verify", "--json", "--repair-from", copy.toString());
    assertThat(report.get("problems")).isEmpty();
    assertThat(report.get("repaired")).hasSize(6);
    assertThat(ekkofs.run("ls", "web").ok().out()).doesNotContain("damaged");
    assertSound();
    ekkofs.run("verify", "--repair-from", copy.resolve("trees").toString()).fails(3, "trees");
  }

  @Test
  void killedVerificationIsGoneOnWith() throws IOException {
    flipABit(chunks("web/monday").get(1));
    ekkofs.run("snapshot", tuesday.toString(), "web/full").ok();
    int segments = chunks("web/monday").size();
    Result killed =
        ekkofs
            .with("EKKOFS_CRASH_AT", "BETWEEN_SEGMENTS:" + (segments + 3))
            .run("verify", "--read-data");
    assertThat(killed.status()).isEqualTo(137);
    assertThat(json("show", "web/monday", "--json").has("verified")).isFalse();

    Result resumed = ekkofs.run("verify", "--read-data");
    assertThat(resumed.status()).isEqualTo(CORRUPT);
    assertThat(resumed.out())
        .contains("resumed the verification", "web/monday, bytes ", "checked 3 backups");
    assertThat(json("show", "web/monday", "--json").get("verified").get("sound").asBoolean())
        .isFalse();
    assertThat(json("show", "web/full", "--json").get("verified").get("sound").asBoolean())
        .isTrue();
    assertThat(ekkofs.run("verify", "--read-data").out()).doesNotContain("resumed");
  }

  @Test
  void restartForgetsTheKilledVerification() {
    Ekkofs mortal = ekkofs.with("EKKOFS_CRASH_AT", "BETWEEN_SEGMENTS:30");
    assertThat(mortal.run("verify", "--read-data").status()).isEqualTo(137);
    assertThat(ekkofs.run("verify", "--read-data", "--restart").ok().out())
        .doesNotContain("resumed")
        .contains("checked 2 backups");
  }

  @Test
  void lostStoreIsNoDamage() throws IOException {
    Files.move(folder.resolve("repository"), folder.resolve("elsewhere"));
    Result result = ekkofs.run("verify", "--read-data");
    assertThat(result.status()).isIn(3, 7);
    Files.move(folder.resolve("elsewhere"), folder.resolve("repository"));
    assertThat(ekkofs.run("show", "web/monday").ok().out()).doesNotContain("damaged");
    ekkofs.run("verify", "nothing").fails(3, "nothing");
  }
}
