package org.ekkofs.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.ekkofs.testing.Await;
import org.ekkofs.testing.Ekkofs;
import org.ekkofs.testing.Ekkofs.Result;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The circle: a backup is booted through an overlay, which is backed up as a child of it. */
class BootedOverlayIT {
  @TempDir Path folder;
  private Ekkofs ekkofs;
  private Path mountpoint;

  @AfterEach
  void unmount() {
    ekkofs.program("umount", "-l", mountpoint.toString());
  }

  @Test
  void isAChildOfWhatWasBootedAndBootsOnceThatIsGone() throws Exception {
    ekkofs = new Ekkofs(folder.resolve("repository"), folder.resolve("processes"));
    mountpoint = Files.createDirectory(folder.resolve("mnt"));
    Path disk = GuestDisk.make(ekkofs);
    ekkofs.run("init").ok();
    ekkofs.run("snapshot", disk.toString(), "web/first").ok();
    ekkofs.run("mount", mountpoint.toString()).ok();

    Path first = overlay("first");
    assertThat(boot(first)).endsWith("boot 1");
    Result taken = ekkofs.run("snapshot", first.toString(), "web/second").ok();
    assertThat(taken.err()).doesNotContain("warning");
    assertThat(ekkofs.run("show", "web/second", "--json").ok().out())
        .contains("\"parent\" : \"first\"");
    assertSame(first, "second");

    Files.delete(first);
    ekkofs.run("delete", "web/first").ok();
    ekkofs.run("sweep", "--now").ok();
    ekkofs.run("verify", "--read-data").ok();

    Path second = overlay("second");
    assertThat(boot(second)).endsWith("boot 2");
    ekkofs.run("snapshot", second.toString(), "web/third", "--check", "100").ok();
    assertSame(second, "third");
  }

  private Path overlay(String backup) {
    Path backing = mountpoint.resolve("web").resolve(backup + ".raw");
    Path overlay = folder.resolve(backup + ".qcow2");
    ekkofs
        .program(
            "qemu-img",
            "create",
            "-q",
            "-f",
            "qcow2",
            "-F",
            "raw",
            "-b",
            "" + backing,
            "" + overlay)
        .ok();
    return overlay;
  }

  private String boot(Path overlay) throws IOException, InterruptedException {
    try (Guest guest = Guest.boot(folder, "-drive", "if=virtio,format=qcow2,file=" + overlay)) {
      return guest.awaitReady();
    }
  }

  private void assertSame(Path overlay, String backup) {
    Path file = mountpoint.resolve("web").resolve(backup + ".raw");
    Await.until("the mount shows " + backup, () -> Files.exists(file));
    ekkofs.program("qemu-img", "compare", "-f", "qcow2", "-F", "raw", "" + overlay, "" + file).ok();
  }
}
