package org.ekkofs.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.ekkofs.testing.Ekkofs;
import org.ekkofs.testing.Ekkofs.Result;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ekkofs-libvirt}, with a {@code virsh} that has one disk and does what it is told. */
class LibvirtIT {
  @TempDir Path folder;
  private Path libvirt;
  private Ekkofs ekkofs;

  @BeforeEach
  void start() throws IOException {
    Path project = Ekkofs.launcher().getParent().getParent();
    libvirt = Files.createDirectory(folder.resolve("libvirt"));
    Files.createDirectory(folder.resolve("scratch"));
    ekkofs =
        new Ekkofs(folder.resolve("repository"), folder.resolve("processes"))
            .with("FAKE_LIBVIRT", libvirt.toString())
            .with("PATH", project.resolve("src/test/sh") + ":" + System.getenv("PATH"));
    ekkofs.run("init").ok();
    disk("qemu-img create -q -f qcow2 vda.qcow2 8M");
    disk("qemu-io -f qcow2 -c 'write -P 1 0 3M' vda.qcow2");
  }

  private void disk(String command) {
    ekkofs.program("sh", "-c", "cd " + libvirt + " && " + command).ok();
  }

  private Result backUp(String name) {
    return ekkofs.program(
        Ekkofs.launcher().resolveSibling("ekkofs-libvirt").toString(),
        "--scratch",
        folder.resolve("scratch").toString(),
        "guest",
        "--",
        "web",
        name);
  }

  @Test
  void theFirstReadsAllAndTheNextReadsWhatHasChanged() throws IOException {
    backUp("one").ok();
    assertHolds("one");
    disk("qemu-img bitmap --add vda.qcow2 backup-vda");
    disk("qemu-io -f qcow2 -c 'write -P 2 5M 64k' vda.qcow2");
    assertThat(backUp("two").ok().err()).doesNotContain("everything is read");
    assertHolds("two");
    assertThat(ekkofs.run("show", "web-vda/two").ok().out()).contains("one");
    assertThat(libvirt.resolve("checkpoints")).hasContent("ekkofs-web+two");
    assertThat(Files.readString(libvirt.resolve("calls"))).contains("domjobabort guest");
    assertThat(folder.resolve("scratch")).isEmptyDirectory();
    Files.createFile(libvirt.resolve("broken"));
    disk("qemu-io -f qcow2 -c 'write -P 3 6M 64k' vda.qcow2");
    assertThat(backUp("three").ok().err()).contains("everything is read");
    assertHolds("three");
  }

  @Test
  void whatFailedLeavesNothingAndTheNextIsRight() throws IOException {
    backUp("one").ok();
    disk("qemu-img bitmap --add vda.qcow2 backup-vda");
    disk("qemu-io -f qcow2 -c 'write -P 2 5M 64k' vda.qcow2");
    Ekkofs sound = ekkofs;
    ekkofs = ekkofs.with("EKKOFS_CRASH_AT", "BEFORE_MANIFEST");
    assertThat(backUp("two").status()).isEqualTo(137);
    ekkofs = sound;
    assertThat(libvirt.resolve("checkpoints")).hasContent("ekkofs-web+one");
    assertThat(libvirt.resolve("backup")).doesNotExist();
    assertThat(folder.resolve("scratch")).isEmptyDirectory();
    assertThat(backUp("one").status()).isEqualTo(1);
    backUp("two").ok();
    assertHolds("two");
  }

  @Test
  void whatWasKilledIsTidiedUpByTheNext() throws IOException {
    backUp("one").ok();
    disk("qemu-img bitmap --add vda.qcow2 backup-vda");
    disk("qemu-io -f qcow2 -c 'write -P 2 5M 64k' vda.qcow2");
    Path left = Files.createDirectories(folder.resolve("scratch/ekkofs-libvirt.abc/0123"));
    Files.writeString(left.resolveSibling("owner"), "999999999");
    Files.writeString(
        libvirt.resolve("backup"), "<server transport='unix' socket='" + left + "/socket'/>\n");
    disk("{ sleep 60 & echo $! > pid; }");
    disk("echo ekkofs-web+killed >> checkpoints");
    backUp("two").ok();
    assertHolds("two");
    assertThat(libvirt.resolve("checkpoints")).hasContent("ekkofs-web+two");
    assertThat(folder.resolve("scratch")).isEmptyDirectory();
  }

  @Test
  void wrongWordsAreAnsweredWithTheRightOnes() {
    for (List<String> words : List.of(List.<String>of(), List.of("guest"), List.of("--what"))) {
      Result result =
          ekkofs.program(
              Stream.concat(
                      Stream.of(Ekkofs.launcher().resolveSibling("ekkofs-libvirt").toString()),
                      words.stream())
                  .toArray(String[]::new));
      assertThat(result.status()).isEqualTo(2);
      assertThat(result.err()).contains("Usage: ekkofs-libvirt");
    }
  }

  private void assertHolds(String name) throws IOException {
    Path restored = folder.resolve("restored.raw");
    ekkofs.run("restore", "web-vda/" + name, restored.toString(), "--force").ok();
    disk("qemu-img convert -f qcow2 -O raw vda.qcow2 ../expected.raw");
    assertThat(Files.mismatch(restored, folder.resolve("expected.raw"))).isEqualTo(-1);
  }
}
