package org.ekkofs.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.ekkofs.testing.Await;
import org.ekkofs.testing.DiskImage;
import org.ekkofs.testing.Ekkofs;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An encrypted repository as people use it: mounted in the background, and by a prompt. */
class EncryptedMountIT {
  private static final int MIB = 1 << 20;
  private static final String PASSPHRASE = "correct-horse-battery";

  @TempDir Path folder;
  private Ekkofs ekkofs;
  private Ekkofs open;
  private Path disk;
  private Path mountpoint;

  @BeforeEach
  void takeOne() throws IOException {
    ekkofs = new Ekkofs(folder.resolve("repository"), folder.resolve("scratch"));
    open = ekkofs.with("EKKOFS_PASSWORD", PASSPHRASE);
    mountpoint = Files.createDirectory(folder.resolve("mnt"));
    disk = new DiskImage(1, 8 * MIB).writeTo(folder.resolve("disk.raw"));
    open.run("init", "--encrypt").ok();
    open.run("snapshot", disk.toString(), "web/monday").ok();
  }

  @AfterEach
  void unmount() {
    ekkofs.run("umount", mountpoint.toString());
  }

  private void assertMounted() throws IOException {
    assertThat(mountpoint.resolve("web/monday.raw")).hasSameBinaryContentAs(disk);
    Path file = folder.resolve("disk.raw");
    Files.writeString(
        mountpoint.resolve("control/job"),
        "snapshot " + file + " web/tuesday --parent web/monday\n");
    assertThat(Files.readString(mountpoint.resolve("control/job.done"))).contains("done");
    assertThat(mountpoint.resolve("web/tuesday.raw")).hasSameBinaryContentAs(disk);
  }

  /** What anybody who is root sees of all processes that serve this mount. */
  private String seen() throws IOException {
    StringBuilder all = new StringBuilder();
    try (Stream<ProcessHandle> processes = ProcessHandle.allProcesses()) {
      for (ProcessHandle process : processes.toList()) {
        Path proc = Path.of("/proc", Long.toString(process.pid()));
        String words = text(proc.resolve("cmdline"));
        if (words.contains(mountpoint.toString())) {
          all.append(words).append(text(proc.resolve("environ")));
        }
      }
    }
    return all.toString();
  }

  private static String text(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException gone) {
      return "";
    }
  }

  @Test
  void theMountInTheBackgroundHasThePassphraseAndNobodySeesIt() throws IOException {
    open.run("mount", mountpoint.toString()).ok();
    assertMounted();
    assertThat(seen()).contains("--foreground").doesNotContain(PASSPHRASE);
  }

  @Test
  void aFileIsNamedFromWhereTheCommandRuns() throws IOException {
    Files.writeString(folder.resolve("passphrase"), PASSPHRASE + "\n");
    ekkofs
        .program(
            "sh",
            "-c",
            "cd '%s' && EKKOFS_PASSWORD_FILE=passphrase '%s' mount '%s'"
                .formatted(folder, Ekkofs.launcher(), mountpoint))
        .ok();
    assertMounted();
  }

  @Test
  void whatIsWrongIsSaidByTheOneThatMounts() {
    ekkofs
        .with("EKKOFS_PASSWORD", "wrong")
        .run("mount", mountpoint.toString())
        .fails(5, "wrong passphrase");
    Ekkofs plain = new Ekkofs(folder.resolve("plain"), folder.resolve("scratch"));
    plain.run("init").ok();
    plain
        .with("EKKOFS_PASSWORD", "x")
        .run("mount", mountpoint.toString())
        .fails(5, "says that it is not encrypted");
  }

  @Test
  void withoutATerminalOneIsToldWhatToSet() {
    for (List<String> words : List.of(List.of("ls"), List.of("mount", mountpoint.toString()))) {
      String[] command =
          Stream.concat(Stream.of("setsid", "-w", Ekkofs.launcher().toString()), words.stream())
              .toArray(String[]::new);
      ekkofs.program(command).fails(5, "a passphrase is needed: set EKKOFS_PASSWORD");
    }
  }

  @Test
  void onATerminalOneIsAskedAndWhatIsTypedIsNotShown() throws Exception {
    String shown = typed("mount " + mountpoint, List.of(PASSPHRASE));
    assertThat(shown).contains("Passphrase of ", "mounted ").doesNotContain(PASSPHRASE);
    assertMounted();
    assertThat(seen()).doesNotContain(PASSPHRASE);
  }

  @Test
  void aNewPassphraseIsTypedTwice() throws Exception {
    assertThat(typed("key add", List.of(PASSPHRASE, "another", "other"))).contains("not the same");
    assertThat(typed("key add", List.of(PASSPHRASE, "another", "another"))).contains("added key");
    ekkofs.with("EKKOFS_PASSWORD", "another").run("ls").ok();
  }

  /** Runs a command on a terminal, answering each question; gives all that the terminal showed. */
  private String typed(String words, List<String> answers) throws Exception {
    Path shown = folder.resolve("shown.txt");
    Files.deleteIfExists(shown);
    ProcessBuilder builder =
        new ProcessBuilder("script", "-qefc", Ekkofs.launcher() + " " + words, shown.toString());
    builder.environment().put("EKKOFS_REPOSITORY", folder.resolve("repository").toString());
    builder.environment().put("EKKOFS_CACHE_DIR", folder.resolve("scratch/cache").toString());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.redirectOutput(folder.resolve("script.out").toFile()).redirectErrorStream(true);
    Process process = builder.start();
    try (OutputStream keyboard = process.getOutputStream()) {
      int asked = 0;
      for (String answer : answers) {
        int questions = ++asked;
        Await.until("question " + questions, () -> questions(shown) >= questions);
        keyboard.write((answer + "\n").getBytes(StandardCharsets.UTF_8));
        keyboard.flush();
      }
      process.waitFor();
    } finally {
      process.destroy();
    }
    return text(shown);
  }

  private static long questions(Path shown) {
    return text(shown).split("(Passphrase of [^:]*|New passphrase|The same again): ", -1).length
        - 1;
  }
}
