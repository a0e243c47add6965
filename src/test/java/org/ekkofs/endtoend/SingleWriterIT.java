package org.ekkofs.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.ekkofs.backup.CrashPoint;
import org.ekkofs.testing.DiskImage;
import org.ekkofs.testing.Ekkofs;
import org.ekkofs.testing.TinyFilesystem;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Repositories that only one host may write to. */
class SingleWriterIT {
  private static final int REFUSED = 5;
  private static final int PROCESSES = 6;

  @TempDir Path folder;
  private Ekkofs ekkofs;
  private Path file;

  @BeforeEach
  void initialize() {
    ekkofs = new Ekkofs(folder.resolve("repository"), folder.resolve("scratch"));
    ekkofs.run("init", "--single-writer").ok();
    file = new DiskImage(1, 3 << 20).writeTo(folder.resolve("disk.raw"));
  }

  /** Runs ekkofs where the host has another name. */
  private Ekkofs.Result elsewhere(String... words) {
    Assumptions.assumeTrue(
        TinyFilesystem.run("unshare", "--uts", "true"), "another host name needs root");
    List<String> command =
        new ArrayList<>(
            List.of(
                "unshare",
                "--uts",
                "sh",
                "-c",
                "hostname elsewhere; exec \"$@\"",
                "sh",
                Ekkofs.launcher().toString()));
    command.addAll(List.of(words));
    return ekkofs
        .with("EKKOFS_CACHE_DIR", folder.resolve("elsewhere").toString())
        .program(command.toArray(String[]::new));
  }

  @Test
  void processesOfTheHostWriteAtOnceWhateverTheirCaches() {
    List<Ekkofs.Running> running = new ArrayList<>();
    for (int n = 0; n < PROCESSES; n++) {
      running.add(
          ekkofs
              .with("EKKOFS_CACHE_DIR", folder.resolve("cache" + n).toString())
              .start("-q", "snapshot", file.toString(), "web/b" + n));
    }
    running.forEach(process -> process.await().ok());
    assertThat(ekkofs.run("ls", "web").ok().out().lines())
        .filteredOn(line -> line.matches("b[0-9].*"))
        .hasSize(PROCESSES);
    ekkofs.run("verify", "--read-data").ok();
  }

  @Test
  void anotherHostReadsAndIsToldWhoWrites() {
    ekkofs.run("-q", "snapshot", file.toString(), "web/one").ok();
    Ekkofs.Result listed = elsewhere("ls", "web").ok();
    assertThat(listed.out()).contains("one");
    assertThat(listed.err()).contains("only host");
    elsewhere("-q", "snapshot", file.toString(), "web/two").fails(REFUSED, "ekkofs log claim");
    elsewhere("-q", "delete", "web/one").fails(REFUSED, "ekkofs log claim");
    assertThat(elsewhere("verify", "--read-data").ok().err())
        .contains("the results for tree web could not be recorded")
        .contains("only host");
    elsewhere("-q", "restore", "web/one", folder.resolve("restored").toString()).ok();
    assertThat(elsewhere("stats").ok().out()).contains("only host");
  }

  @Test
  void aHostThatClaimsTheLogWritesAndTheOtherNoMore() {
    ekkofs
        .with("EKKOFS_CRASH_AT", CrashPoint.AFTER_INTENT.toString())
        .run("-q", "snapshot", file.toString(), "web/one");
    elsewhere("log", "claim").fails(REFUSED, "web/one");
    elsewhere("log", "claim", "--force").ok();
    elsewhere("-q", "snapshot", file.toString(), "web/two").ok();
    ekkofs.run("-q", "snapshot", file.toString(), "web/three").fails(REFUSED, "elsewhere");
    assertThat(ekkofs.run("ls", "web").ok().out()).contains("two").doesNotContain("three");
  }
}
