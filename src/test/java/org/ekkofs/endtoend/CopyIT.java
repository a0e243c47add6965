package org.ekkofs.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.ekkofs.backup.CrashPoint;
import org.ekkofs.testing.Await;
import org.ekkofs.testing.DiskImage;
import org.ekkofs.testing.Ekkofs;
import org.ekkofs.testing.TinyFilesystem;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Copies into a second repository by processes that die, or whose destination fails. */
@Tag("long")
class CopyIT {
  private static final int MIB = 1 << 20;
  private static final int BACKUPS = 3;

  @TempDir static Path original;
  @TempDir Path folder;
  private Ekkofs here;
  private Ekkofs there;
  private String to;

  @BeforeAll
  static void backUp() throws IOException {
    Ekkofs ekkofs = new Ekkofs(original.resolve("repository"), original.resolve("scratch"));
    ekkofs.run("init").ok();
    DiskImage disk = new DiskImage(21, 24 * MIB);
    for (int n = 0; n < BACKUPS; n++) {
      Path file = disk.writeTo(image(n));
      if (n == 0) {
        ekkofs.run("snapshot", file.toString(), "web/0").ok();
      } else {
        ekkofs.run("snapshot", file.toString(), "web/" + n, "--parent", "web/" + (n - 1)).ok();
      }
      disk.churn(40);
    }
  }

  private static Path image(int n) {
    return original.resolve("disk" + n + ".raw");
  }

  @BeforeEach
  void begin() {
    here = new Ekkofs(folder.resolve("here"), folder.resolve("scratch"));
    here.program("cp", "-a", "" + original.resolve("repository"), "" + folder.resolve("here")).ok();
    to = folder.resolve("there").toString();
    there = new Ekkofs(Path.of(to), folder.resolve("scratch"));
    there.run("init").ok();
  }

  private void assertAllThere() throws IOException {
    there.run("verify", "--read-data").ok();
    for (int n = 0; n < BACKUPS; n++) {
      Path restored = folder.resolve("restored.raw");
      there.run("restore", "web/" + n, restored.toString(), "--force", "--no-verify").ok();
      assertThat(Files.mismatch(restored, image(n))).isEqualTo(-1);
    }
    assertThat(there.run("ls", "web", "--all").ok().out()).doesNotContain("unfinished");
  }

  private static long chunks(Path repository) throws IOException {
    try (Stream<Path> files = Files.walk(repository.resolve("trees/web/chunks"))) {
      return files.filter(Files::isRegularFile).count();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = CrashPoint.class,
      names = {
        "AFTER_INTENT",
        "BETWEEN_CHUNKS",
        "BEFORE_MANIFEST",
        "AFTER_MANIFEST",
        "AFTER_COMMIT"
      })
  void aCopyThatDiesIsGoneOnWith(CrashPoint point) throws IOException {
    Ekkofs mortal =
        here.with("EKKOFS_CRASH_AT", point + (point == CrashPoint.BETWEEN_CHUNKS ? ":9" : ":2"));
    assertThat(mortal.run("copy", "web", "--to", to).status()).isEqualTo(137);
    here.run("copy", "web", "--to", to).ok();
    assertThat(chunks(folder.resolve("there"))).isEqualTo(chunks(folder.resolve("here")));
    assertAllThere();
  }

  @Test
  void aCopyThatIsStoppedIsGoneOnWith() throws IOException {
    Ekkofs.Running running = here.start("copy", "web", "--to", to);
    Await.until("the first chunks", () -> Files.exists(Path.of(to, "trees/web/chunks")));
    running.signal("INT");
    assertThat(running.await().status()).isIn(0, 130);
    here.run("copy", "web", "--to", to, "--verify").ok();
    assertAllThere();
  }

  @Test
  void whatIsDeletedAndSweptInTheSourceWhileItIsCopiedLeavesTheRest() throws IOException {
    Ekkofs.Running running = here.start("copy", "web", "--to", to);
    here.run("delete", "web/0").ok();
    here.run("sweep", "web", "--now").ok();
    assertThat(running.await().ok().err()).doesNotContain("damaged");
    here.run("copy", "web", "--to", to).ok();
    there.run("verify", "--read-data").ok();
    there.run("show", "web/2").ok();
  }

  @Test
  void encryptionOfEitherSideMakesNoDifference() throws IOException {
    Ekkofs secret = here.with("EKKOFS_TO_PASSWORD", "over there");
    String sealed = folder.resolve("sealed").toString();
    Ekkofs sealedOne =
        new Ekkofs(Path.of(sealed), folder.resolve("scratch"))
            .with("EKKOFS_PASSWORD", "over there");
    sealedOne.run("init", "--encrypt").ok();
    secret.run("copy", "web", "--to", sealed, "--verify", "--read-data").ok();
    here.with("EKKOFS_TO_PASSWORD", "wrong")
        .run("copy", "web", "--to", sealed)
        .fails(5, "passphrase");
    assertThat(secret.run("copy", "web", "--to", sealed).ok().out()).contains("3 there already");

    sealedOne.run("copy", "web", "--to", to).fails(5, "--to-unencrypted");
    sealedOne.run("copy", "web", "--to", to, "--to-unencrypted").ok();
    assertAllThere();
  }

  @Test
  void aFullDestinationEndsTheCopyAndRoomLetsItGoOn() throws Exception {
    try (TinyFilesystem tiny = TinyFilesystem.mount(folder.resolve("tiny"), "size=3m")) {
      String full = tiny.folder().resolve("repository").toString();
      here.run("init", full).ok();
      Ekkofs.Result result = here.run("copy", "web", "--to", full);
      assertThat(result.status()).as(result.err()).isIn(1, 7);
      assertThat(result.err().lines()).anyMatch(line -> line.contains("space"));
    }
    here.run("copy", "web", "--to", to).ok();
    assertAllThere();
  }
}
