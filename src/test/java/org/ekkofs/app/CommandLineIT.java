package org.ekkofs.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a user gets to see when something is wrong: one line, and the right exit status. */
class CommandLineIT {
  private static final int SEED = 42;

  @TempDir static Path folder;
  private static Launcher launcher;

  @BeforeAll
  static void makeRepository() throws Exception {
    launcher = new Launcher(folder);
    byte[] content = new byte[3 << 20];
    new Random(SEED).nextBytes(content);
    Files.write(folder.resolve("disk"), content);
    Files.createDirectory(folder.resolve("empty"));
    Files.createDirectories(folder.resolve("newer"));
    Files.createDirectories(folder.resolve("full/file"));
    assertThat(launcher.run(List.of("init")).status()).isZero();
    assertThat(snapshot("web/one").status()).isZero();
    damage();
  }

  private static Launcher.Result snapshot(String name) throws Exception {
    return launcher.run(List.of("-q", "snapshot", "disk", name));
  }

  /** Repositories that are damaged in various ways, as copies of a good one. */
  private static void damage() throws Exception {
    Launcher.Result result =
        launcher.shell(
            """
            set -e
            for copy in newer garbage truncated missing manifest; do
              rm -rf $copy && cp -a repository $copy
            done
            sed -i 's/"format" *: *1/"format" : 2/' newer/ekkofs.json
            echo garbage > garbage/ekkofs.json
            chunk=$(find truncated/trees/web/chunks -type f | sort | head -n 1)
            truncate -s -1 "$chunk"
            rm "$(find missing/trees/web/chunks -type f | sort | head -n 1)"
            echo garbage > "$(find manifest/trees/web/manifests -type f)"
            """);
    assertThat(result.err()).isEmpty();
  }

  static Stream<Arguments> badInput() {
    return Stream.of(
        Arguments.of("-r nowhere ls", 3, "nowhere"),
        Arguments.of("-r empty ls", 3, "no repository"),
        Arguments.of("-r disk ls", 2, "disk"),
        Arguments.of("-r newer ls", 5, "newer"),
        Arguments.of("-r garbage ls", 6, "damaged"),
        Arguments.of("-r ftp://bucket ls", 2, "not supported"),
        Arguments.of("init", 4, "already"),
        Arguments.of("ls nothing", 3, "no tree"),
        Arguments.of("ls ..", 2, "not a tree name"),
        Arguments.of("ls " + "x".repeat(4000), 2, "4000 characters"),
        Arguments.of("show web/nothing", 3, "no backup"),
        Arguments.of("show web/one/two", 2, "does not name a backup"),
        Arguments.of("show web/o\u0007e", 2, "o?e"),
        Arguments.of("snapshot disk web/one", 4, "already"),
        Arguments.of("snapshot disk web/latest", 2, "reserved"),
        Arguments.of("snapshot nowhere web/x", 3, "does not exist"),
        Arguments.of("snapshot empty web/x", 2, "directory"),
        Arguments.of("snapshot /dev/null web/x", 2, "block device"),
        Arguments.of("snapshot disk web/x --parent web/nothing", 3, "no backup"),
        Arguments.of("snapshot disk web/x --parent db/one", 2, "another tree"),
        Arguments.of("snapshot disk web/x --segment-size 3M", 2, "power of two"),
        Arguments.of("protect web/nothing", 3, "no backup"),
        Arguments.of("sweep web/one", 2, "not a tree name"),
        Arguments.of("sweep --abandoned-after soon", 2, "not a length of time"),
        Arguments.of("restore web/one disk", 4, "exists"),
        Arguments.of("mount nowhere", 3, "does not exist"),
        Arguments.of("mount disk", 2, "not a directory"),
        Arguments.of("mount full", 5, "not empty"),
        Arguments.of("init full", 5, "not empty"),
        Arguments.of("mount ", 2, "empty"),
        Arguments.of("mount empty -o cache_dir=disk", 1, "cache folder"),
        Arguments.of("-r empty mount empty", 3, "no repository"),
        Arguments.of("mount empty -o frobnicate", 2, "unknown mount option"),
        Arguments.of("umount empty", 3, "no ekkofs is mounted"),
        Arguments.of("frobnicate", 2, "no command"),
        Arguments.of("ls --frobnicate", 2, "unknown option"),
        Arguments.of("", 2, "say what to do"));
  }

  @ParameterizedTest
  @MethodSource("badInput")
  void getsOneLineAndItsStatus(String line, int status, String message) throws Exception {
    Launcher.Result result =
        launcher.run(line.isEmpty() ? List.of() : List.of(line.split(" ", -1)));

    assertThat(result.err().lines()).singleElement().asString().startsWith("ekkofs: ");
    assertThat(result.err()).contains(message);
    assertThat(result.status()).isEqualTo(status);
  }

  @ParameterizedTest
  @MethodSource("damagedRepositories")
  void namesWhatIsDamaged(String repository, String object) throws Exception {
    Launcher.Result result =
        launcher.run(
            List.of("-q", "-r", repository, "--cache-dir", "cold", "verify", "--read-data"));

    assertThat(result.status()).isEqualTo(6);
    assertThat(result.out()).startsWith("web/one").contains("trees/web/" + object);
    assertThat(result.err().lines()).singleElement().asString().startsWith("ekkofs: ");
  }

  static Stream<Arguments> damagedRepositories() {
    return Stream.of(
        Arguments.of("truncated", "chunks/"),
        Arguments.of("missing", "chunks/"),
        Arguments.of("manifest", "manifests/"));
  }

  @Test
  void leavesAloneAReaderThatHasSeenEnough() throws Exception {
    Launcher.Result result = launcher.shell("ekkofs help | head -n 1 > /dev/null");

    assertThat(result.err()).isEmpty();
  }

  @Test
  void handsAnyCacheFolderToTheMount() throws Exception {
    Launcher.Result result =
        launcher.shell(
            "mkdir a,b && cd a,b && touch c && ekkofs -r ../empty mount . -o cache_dir=c");

    assertThat(result.err()).hasLineCount(1).doesNotContain("unknown mount option");
  }

  @Test
  void saysSoIfItsOutputCannotBeWritten() throws Exception {
    Launcher.Result result = launcher.shell("ekkofs ls > /dev/full");

    assertThat(result.status()).isEqualTo(1);
    assertThat(result.err()).hasLineCount(1).contains("No space left");
  }

  @Test
  void showsAStackTraceOnlyIfAsked() throws Exception {
    Launcher.Result result = launcher.run(List.of("--debug", "show", "web/nothing"));

    assertThat(result.err()).contains("ekkofs: there is no backup", "\tat org.ekkofs.");
  }

  @Test
  void mountsInTheBackgroundAndUnmounts() throws IOException, InterruptedException {
    Path mountpoint = Files.createDirectory(folder.resolve("mnt"));
    try {
      Launcher.Result mounted = launcher.run(List.of("mount", "mnt"));
      assertThat(mounted.err()).isEmpty();
      assertThat(mounted.status()).isZero();
      assertThat(mountpoint.resolve("web/one.raw")).hasSameBinaryContentAs(folder.resolve("disk"));
      assertThat(launcher.run(List.of("mount", "mnt")).status()).isEqualTo(5);
    } finally {
      assertThat(launcher.run(List.of("umount", "mnt")).err()).isEmpty();
    }
    assertThat(mountpoint).isEmptyDirectory();
  }
}
