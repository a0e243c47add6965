package org.ekkofs.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.ekkofs.testing.Await;
import org.ekkofs.testing.Ekkofs;
import org.ekkofs.testing.Ekkofs.Result;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A guest that runs, and writes to both of its disks while they are backed up. */
class LiveGuestIT {
  private static final int SECTOR_OF_NUMBER = 2000;

  @TempDir Path folder;

  @Test
  void whatItWritesIsBackedUpAsOfOneMomentAndItGoesOn() throws Exception {
    Ekkofs ekkofs = new Ekkofs(folder.resolve("repository"), folder.resolve("processes"));
    Path disk = GuestDisk.make(ekkofs);
    Path system = folder.resolve("system.qcow2");
    Path data = folder.resolve("data.raw");
    Path monitor = folder.resolve("monitor");
    Files.createDirectory(folder.resolve("scratch"));
    ekkofs.run("init").ok();
    ekkofs
        .program(
            "qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", "" + disk, "" + system)
        .ok();
    ekkofs.program("truncate", "-s", "16M", data.toString()).ok();
    try (Guest guest =
        Guest.boot(
            folder,
            "-drive",
            "if=virtio,node-name=system,format=qcow2,file=" + system,
            "-drive",
            "if=virtio,node-name=data,format=raw,file=" + data,
            "-qmp",
            "unix:" + monitor + ",server=on,wait=off")) {
      awaitMore(guest);
      for (String name : List.of("one", "two", "three")) {
        Result result =
            ekkofs
                .run(
                    "snapshot",
                    "qmp:" + monitor + "?node=system",
                    "system/" + name,
                    "qmp:" + monitor + "?node=data",
                    "data/" + name,
                    "--scratch",
                    folder.resolve("scratch").toString())
                .ok();
        assertThat(result.err().contains("all of it is read")).isEqualTo(name.equals("one"));
        awaitMore(guest);
      }
    }
    for (String name : List.of("one", "two", "three")) {
      assertOfOneMoment(ekkofs, name);
    }
  }

  private static void awaitMore(Guest guest) {
    int before = guest.wrote();
    Await.until("the guest writes", () -> guest.wrote() > before + 1);
  }

  private void assertOfOneMoment(Ekkofs ekkofs, String name) throws IOException {
    Path system = folder.resolve("system.raw");
    Path data = folder.resolve("data-restored.raw");
    ekkofs.run("restore", "system/" + name, system.toString(), "--force").ok();
    ekkofs.run("restore", "data/" + name, data.toString(), "--force").ok();
    int first = number(system, SECTOR_OF_NUMBER * 512L);
    int second = number(data, 0);
    assertThat(first).as(name).isBetween(second, second + 1).isPositive();
    String partition = folder.resolve("partition.raw").toString();
    ekkofs
        .program(
            "dd",
            "if=" + system,
            "of=" + partition,
            "bs=" + GuestDisk.FILESYSTEM_OFFSET,
            "skip=1",
            "status=none")
        .ok();
    // Once its journal is replayed nothing is wrong with it.
    Result replayed = ekkofs.program("e2fsck", "-y", "-E", "journal_only", partition);
    assertThat(replayed.status()).as("%s: %s", name, replayed).isIn(0, 1);
    ekkofs.program("e2fsck", "-n", "-f", partition).ok();
  }

  private static int number(Path file, long offset) throws IOException {
    byte[] digits = new byte[10];
    try (RandomAccessFile disk = new RandomAccessFile(file.toFile(), "r")) {
      disk.seek(offset);
      disk.readFully(digits);
    }
    return Integer.parseInt(new String(digits, StandardCharsets.US_ASCII));
  }
}
