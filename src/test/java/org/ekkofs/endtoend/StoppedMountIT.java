package org.ekkofs.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.ekkofs.testing.Ekkofs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A mount whose process was stopped, so that it neither answers nor goes away. */
class StoppedMountIT {
  @TempDir Path folder;

  @Test
  @Timeout(value = 120, unit = TimeUnit.SECONDS)
  void unmountSaysThatItDoesNotAnswerAndTakesItAwayOnceItIsDead() throws Exception {
    assumeTrue(Files.exists(Path.of("/dev/fuse")), "there is no /dev/fuse");
    Ekkofs ekkofs = new Ekkofs(folder.resolve("repository"), folder.resolve("scratch"));
    ekkofs.run("init").ok();
    String mountpoint = Files.createDirectory(folder.resolve("mnt")).toString();
    Process server = ekkofs.start("mount", "--foreground", mountpoint).process();
    try {
      awaitMount(ekkofs, mountpoint);
      signal(ekkofs, "STOP", server);
      ekkofs.run("umount", mountpoint).fails(1, "does not answer");
      ekkofs.run("mount", mountpoint).fails(5, "in use");
    } finally {
      signal(ekkofs, "KILL", server);
    }
    server.waitFor();
    ekkofs.run("umount", mountpoint).ok();
    assertThat(Files.readString(Path.of("/proc/mounts"))).doesNotContain(mountpoint);
  }

  private static void awaitMount(Ekkofs ekkofs, String mountpoint) {
    ekkofs
        .program(
            "timeout",
            "30",
            "sh",
            "-c",
            "until [ -d \"$1/control\" ]; do sleep 0.1; done",
            "sh",
            mountpoint)
        .ok();
  }

  private static void signal(Ekkofs ekkofs, String signal, Process process) {
    ekkofs.program("sh", "-c", "kill -" + signal + " " + process.pid()).ok();
  }
}
