package org.ekkofs.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.ekkofs.testing.Await;
import org.ekkofs.testing.DiskImage;
import org.ekkofs.testing.Ekkofs;
import org.ekkofs.testing.PostgresServer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a repository is for, on real servers, by the processes that people run. */
@Tag("long")
class RemoteRepositoryIT {
  private static final int BYTES = 16 << 20;

  @TempDir Path folder;
  private final DiskImage disk = new DiskImage(31, BYTES);

  @Test
  void onS3() throws IOException {
    liveFor(RemotePlace.s3());
  }

  @Test
  void onSwiftWithItsLogInADatabase() throws IOException {
    try (PostgresServer database = PostgresServer.start()) {
      liveFor(RemotePlace.swift(database));
    }
  }

  @Test
  void onSwiftWithASingleWriter() throws IOException {
    liveFor(RemotePlace.swift());
  }

  @Test
  void onSwiftByS3WithASingleWriter() throws IOException {
    liveFor(RemotePlace.swiftByS3());
  }

  private void liveFor(RemotePlace place) throws IOException {
    Ekkofs ekkofs = place.make(folder.resolve("host"));
    ekkofs.run("snapshot", image(0).toString(), "web/0").ok();
    ekkofs.run("snapshot", image(1).toString(), "web/1", "--parent", "web/0").ok();
    Path mnt = Files.createDirectories(folder.resolve("mnt"));
    ekkofs.run("mount", mnt.toString()).ok();
    try {
      useMount(ekkofs, mnt);
    } finally {
      ekkofs.run("umount", mnt.toString()).ok();
    }
    ekkofs.run("sweep", "web", "--now").ok();
    assertThat(ekkofs.run("verify", "--read-data").ok().out()).contains("all is well");
    Path restored = folder.resolve("restored.raw");
    Ekkofs stranger = place.host(folder.resolve("stranger"));
    stranger.run("restore", "web/2", restored.toString()).ok();
    assertThat(Files.mismatch(restored, folder.resolve("2.raw"))).isEqualTo(-1);
    assertThat(stranger.run("ls", "web").ok().out()).doesNotContain("web/0");
  }

  private void useMount(Ekkofs ekkofs, Path mnt) throws IOException {
    compare(ekkofs, mnt, 0);
    compare(ekkofs, mnt, 1);
    control(mnt, "take", "snapshot %s web/2 --parent web/1".formatted(image(2)));
    compare(ekkofs, mnt, 2);
    control(mnt, "drop", "delete web/0");
    Await.until("its name is gone", () -> Files.notExists(mnt.resolve("web/0.raw")));
    control(mnt, "sweep", "sweep web --now");
    compare(ekkofs, mnt, 1);
  }

  private void compare(Ekkofs ekkofs, Path mnt, int n) {
    String mine = folder.resolve(n + ".raw").toString();
    String theirs = mnt.resolve("web/" + n + ".raw").toString();
    ekkofs.program("qemu-img", "compare", "-f", "raw", "-F", "raw", mine, theirs).ok();
  }

  private static void control(Path mnt, String job, String line) throws IOException {
    Files.writeString(mnt.resolve("control").resolve(job), line + "\n");
    assertThat(Files.readString(mnt.resolve("control").resolve(job + ".done"))).startsWith("done");
  }

  /** What the disk has become by its n-th backup. */
  private Path image(int n) {
    disk.churn(60);
    return disk.writeTo(folder.resolve(n + ".raw"));
  }

  /** From a folder over both kinds of servers into another folder. */
  @Test
  void whatIsCopiedAroundTheWorldComesHomeAsItLeft() throws IOException {
    RemotePlace far = RemotePlace.s3();
    RemotePlace farther = RemotePlace.swift();
    Path home = folder.resolve("home");
    Path back = folder.resolve("back");
    Map<String, String> everywhere = new HashMap<>(far.environment());
    everywhere.putAll(farther.environment());
    Ekkofs ekkofs = new Ekkofs(home, folder.resolve("scratch")).with(everywhere);
    Ekkofs returned = new Ekkofs(back, folder.resolve("scratch"));
    ekkofs.run("init").ok();
    returned.run("init").ok();
    far.make(folder.resolve("far"));
    farther.make(folder.resolve("farther"));
    ekkofs.run("snapshot", image(0).toString(), "web/0").ok();
    ekkofs.run("snapshot", image(1).toString(), "web/1", "--parent", "web/0").ok();
    ekkofs.run("copy", "web", "--to", far.address()).ok();
    ekkofs.run("-r", far.address(), "copy", "web", "--to", farther.address()).ok();
    ekkofs.run("-r", farther.address(), "copy", "web", "--to", back.toString(), "--verify").ok();
    for (int n = 0; n < 2; n++) {
      Path restored = folder.resolve("restored" + n);
      returned.run("restore", "web/" + n, restored.toString()).ok();
      assertThat(Files.mismatch(restored, folder.resolve(n + ".raw"))).isEqualTo(-1);
    }
  }
}
