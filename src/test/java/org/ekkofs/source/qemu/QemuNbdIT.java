package org.ekkofs.source.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.ekkofs.model.FailedException;
import org.ekkofs.source.nbd.NbdExport;
import org.ekkofs.source.nbd.NbdSource;
import org.ekkofs.testing.Await;
import org.ekkofs.testing.QemuImage;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server of one image: when it lives, and what it leaves. */
class QemuNbdIT {
  @TempDir Path dir;
  private QemuImage image;

  @BeforeAll
  static void installed() {
    QemuImage.assumeInstalled();
  }

  @BeforeEach
  void make() {
    image = QemuImage.create(dir.resolve("image.qcow2"), "qcow2", "64M").io("write -P 1 0 64M");
  }

  /** Holds an image open until it is killed; says where, and who serves it. */
  static final class Holder {
    private Holder() {}

    /** Told the words for qemu-nbd, and before them whether to end by itself. */
    public static void main(String[] words) throws IOException {
      QemuNbd server = QemuNbd.start("it", List.of(words).subList(1, words.length));
      System.out.println(socket(server) + " " + server.pid());
      if (words[0].equals("stay")) {
        System.in.read();
      }
    }
  }

  private static Path socket(QemuNbd server) {
    return ((NbdExport.Socket) server.export()).path();
  }

  private static boolean isGone(long process) {
    return ProcessHandle.of(process).filter(ProcessHandle::isAlive).isEmpty();
  }

  private Process holder(String manner) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.io.tmpdir=" + dir,
                "-cp",
                System.getProperty("java.class.path"),
                Holder.class.getName(),
                manner));
    command.addAll(image.words());
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  private static String[] said(Process holder) throws IOException {
    return new BufferedReader(
            new InputStreamReader(holder.getInputStream(), StandardCharsets.UTF_8))
        .readLine()
        .split(" ");
  }

  @Test
  void closingEndsTheServerAndLeavesNothing() {
    QemuNbd server = QemuNbd.start("it", image.words());
    Path folder = socket(server).getParent();
    assertThat(folder).isDirectory();
    server.close();
    assertThat(isGone(server.pid())).isTrue();
    assertThat(folder).doesNotExist();
    server.close();
  }

  @Test
  void nobodyElseMayEnterItsFolder() throws IOException {
    try (QemuNbd server = QemuNbd.start("it", image.words())) {
      assertThat(Files.getPosixFilePermissions(socket(server).getParent())).hasSize(3);
    }
  }

  @Test
  void itStaysBetweenReaders() {
    try (QemuNbd server = QemuNbd.start("it", image.words())) {
      for (int turn = 0; turn < 3; turn++) {
        try (NbdSource source = NbdSource.open(server.export(), Optional.empty())) {
          assertThat(source.size()).isEqualTo(64 << 20);
        }
      }
    }
  }

  @Test
  void aProcessThatIsKilledTakesItsServerWithIt() throws Exception {
    Process holder = holder("stay");
    long server = Long.parseLong(said(holder)[1]);
    assertThat(isGone(server)).isFalse();
    holder.destroyForcibly().waitFor();
    Await.until("the server ends", () -> isGone(server));
  }

  @Test
  void aProcessThatEndsWithoutClosingLeavesNothing() throws Exception {
    Process holder = holder("end");
    String[] said = said(holder);
    assertThat(holder.waitFor()).isZero();
    Await.until("the server ends", () -> isGone(Long.parseLong(said[1])));
    assertThat(Path.of(said[0]).getParent()).doesNotExist();
  }

  @Test
  void whatQemuComplainsOfIsOneLine() {
    Path missing = dir.resolve("missing.qcow2");
    assertThatThrownBy(() -> QemuNbd.start("it", List.of("-f", "qcow2", missing.toString())))
        .isInstanceOf(FailedException.class)
        .hasMessageStartingWith("it cannot be opened: ")
        .hasMessageContaining("missing.qcow2")
        .hasMessageEndingWith("No such file or directory");
    assertThatThrownBy(() -> QemuNbd.start("it", image.words("-B", "nope")))
        .hasMessage("it cannot be opened: Bitmap 'nope' is not found");
    assertThatThrownBy(() -> QemuNbd.start("it", image.words("--nonsense")))
        .isInstanceOf(FailedException.class)
        .hasMessageStartingWith("it cannot be opened: ")
        .hasMessageNotContaining("\n");
  }

  @Test
  void aServerThatIsKilledFailsWhoReads() {
    try (QemuNbd server = QemuNbd.start("it", image.words());
        NbdSource source = NbdSource.open(server.export(), Optional.empty())) {
      CompletableFuture<Void> reader = CompletableFuture.runAsync(() -> readForEver(source));
      ProcessHandle.of(server.pid()).orElseThrow().destroyForcibly();
      assertThatThrownBy(reader::join)
          .isInstanceOf(CompletionException.class)
          .cause()
          .isInstanceOf(FailedException.class)
          .hasMessageContaining("it");
      assertThatThrownBy(() -> source.read(0, ByteBuffer.allocate(1)))
          .hasMessage("the connection to it was lost");
    }
  }

  private static void readForEver(NbdSource source) {
    ByteBuffer target = ByteBuffer.allocateDirect(1 << 20);
    for (long at = 0; ; at = (at + target.capacity()) % source.size()) {
      source.read(at, target.clear());
    }
  }
}
