package org.ekkofs.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.ekkofs.testing.UnconditionalObjectStore;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A repository that was copied into a store without create-if-absent. */
class LogCommandsTest {
  private static final int USAGE = 2;
  private static final int REFUSED = 5;

  @TempDir Path folder;
  private CommandLineRunner ekkofs;
  private String disk;

  @BeforeEach
  void copyARepository() throws IOException {
    ekkofs = new CommandLineRunner(folder);
    disk = Files.write(folder.resolve("disk"), new byte[] {1, 2, 3}).toString();
    succeeds("init");
    succeeds("snapshot", disk, "web/one");
    ekkofs.around(UnconditionalObjectStore::new);
  }

  private CommandLineRunner.Result succeeds(String... words) {
    CommandLineRunner.Result result = ekkofs.run(words);
    assertThat(result.status()).as(result.err()).isZero();
    return result;
  }

  private void refused(String text, String... words) {
    CommandLineRunner.Result result = ekkofs.run(words);
    assertThat(result.status()).as(result.out()).isEqualTo(REFUSED);
    assertThat(result.err()).contains(text);
  }

  @Test
  void itIsReadButNotWrittenUntilTheLogHasAnotherPlace() {
    assertThat(succeeds("ls", "web").out()).contains("one");
    refused("ekkofs log use", "snapshot", disk, "web/two");
    refused("ekkofs log use", "delete", "web/one");
    succeeds("log", "use", "--single-writer");
    succeeds("snapshot", disk, "web/two");
    assertThat(succeeds("ls", "web").out()).contains("one", "two");
    assertThat(succeeds("log", "show", "--json").out()).contains("single-writer", "newestRecord");
  }

  @Test
  void aStoreThatKeepsWritersApartIsFoundToDoSo() {
    ekkofs.around(store -> store);
    assertThat(succeeds("log", "use", "--store").out()).contains("in the store");
    succeeds("snapshot", disk, "web/two");
  }

  @Test
  void itCannotGoBackToAPlaceThatDoesNotKeepWritersApart() {
    succeeds("log", "use", "--single-writer");
    refused("--single-writer", "log", "use", "--store");
    assertThat(succeeds("log", "show").out()).contains("may write");
  }

  @Test
  void whatMakesNoSenseIsRefused() {
    assertThat(ekkofs.run("log").status()).isEqualTo(USAGE);
    assertThat(ekkofs.run("log", "use").status()).isEqualTo(USAGE);
    assertThat(ekkofs.run("log", "use", "--store", "--single-writer").status()).isEqualTo(USAGE);
    assertThat(ekkofs.run("log", "use", "mysql://db/x").status()).isEqualTo(USAGE);
    refused("--single-writer", "log", "use", "--store");
    refused("database", "log", "rebuild");
    refused("--single-writer", "log", "claim");
  }
}
