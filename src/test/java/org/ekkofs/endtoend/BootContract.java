package org.ekkofs.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.ekkofs.testing.Ekkofs;
import org.ekkofs.testing.Ekkofs.Result;
import org.ekkofs.testing.FuseLibrary;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Guests that boot from the mount, whatever the binding. */
abstract class BootContract {
  private static final String FIRST_BOOT = GuestDisk.MARKER + " boot 1";

  @TempDir static Path shared;
  private static Path disk;

  @TempDir Path folder;
  private Path mountpoint;
  private Ekkofs ekkofs;

  /** The binding's name as the mount option knows it. */
  abstract String binding();

  @BeforeAll
  static void backUpAGuest() throws IOException {
    Ekkofs ekkofs = new Ekkofs(shared.resolve("repository"), shared.resolve("scratch"));
    for (String program : new String[] {"qemu-system-x86_64", "qemu-img", "qemu-io", "debugfs"}) {
      Result found = ekkofs.program("sh", "-c", "command -v \"$1\"", "sh", program);
      assumeTrue(found.status() == 0, program + " is not installed");
    }
    disk = GuestDisk.make(ekkofs);
    ekkofs.run("init").ok();
    ekkofs.run("snapshot", disk.toString(), "web/guest").ok();
  }

  @BeforeEach
  void initialize() throws IOException {
    FuseLibrary.require(binding());
    mountpoint = Files.createDirectory(folder.resolve("mnt"));
    ekkofs = new Ekkofs(shared.resolve("repository"), folder.resolve("scratch"));
  }

  @AfterEach
  void unmount() {
    if (ekkofs != null) {
      ekkofs.program("umount", "-l", mountpoint.toString());
    }
  }

  private Path mount(String options) {
    String all = "binding=" + binding() + options;
    ekkofs.run("mount", mountpoint.toString(), "-o", all).ok();
    return mountpoint.resolve("web/guest.raw");
  }

  @ParameterizedTest
  @MethodSource("ways")
  @Tag("long")
  void twoGuestsBootAtOnceAndLeaveTheBackupAsItWas(String way) throws Exception {
    assumeQemuCanRead(way);
    Path backup = mount("");
    Path overlay = overlayOf(backup);
    try (Guest keeping =
            Guest.boot(folder, "-drive", "if=virtio,format=qcow2," + at(overlay, way));
        Guest forgetting =
            Guest.boot(folder, "-snapshot", "-drive", "if=virtio,format=raw," + at(backup, way))) {
      assertThat(keeping.awaitReady()).isEqualTo(FIRST_BOOT);
      assertThat(forgetting.awaitReady()).isEqualTo(FIRST_BOOT);
    }
    assertThat(notedBoots(overlay)).as("boots noted in the overlay").isEqualTo("booted\n");
    assertThat(Files.mismatch(backup, disk)).as("where the backup was changed").isEqualTo(-1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "16M"})
  void guestBootsWithHardlyAnyCache(String size) throws Exception {
    Path backup = mount(",cache_size=" + size);
    try (Guest guest =
        Guest.boot(
            folder, "-snapshot", "-drive", "if=virtio,format=raw," + at(backup, "cache=none"))) {
      assertThat(guest.awaitReady()).isEqualTo(FIRST_BOOT);
    }
  }

  private static String at(Path file, String way) {
    return way + ",file=" + file.toString().replace(",", ",,");
  }

  // The kernel may refuse io_uring, and QEMU may be built without it.
  private void assumeQemuCanRead(String way) {
    String cache = way.replaceFirst("cache=([^,]*),.*", "$1");
    String input = way.replaceFirst(".*aio=", "");
    Result read =
        ekkofs.program(
            "qemu-io", "-r", "-f", "raw", "-t", cache, "-i", input, "-c", "read 0 4k", "" + disk);
    assumeTrue(read.status() == 0, way + " does not work here: " + read.err());
  }

  private Path overlayOf(Path backup) {
    Path overlay = folder.resolve("overlay.qcow2");
    ekkofs
        .program("qemu-img", "create", "-f", "qcow2", "-b", "" + backup, "-F", "raw", "" + overlay)
        .ok();
    return overlay;
  }

  private String notedBoots(Path overlay) {
    Path flat = folder.resolve("flat.raw");
    ekkofs.program("qemu-img", "convert", "-O", "raw", "" + overlay, "" + flat).ok();
    String filesystem = flat + "?offset=" + GuestDisk.FILESYSTEM_OFFSET;
    return ekkofs.program("debugfs", "-R", "cat /var/log/boots", filesystem).ok().out();
  }
}
