package org.ekkofs.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.ekkofs.testing.Await;
import org.ekkofs.testing.DiskImage;
import org.ekkofs.testing.Ekkofs;
import org.ekkofs.testing.FaultyHttp;
import org.ekkofs.testing.S3Server;
import org.ekkofs.testing.SwiftServer;
import org.ekkofs.testing.TinyFilesystem;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real server that dies and comes back, or is full, in the middle of what people do. */
@Tag("long")
class ServerTroubleIT {
  private static final int BYTES = 32 << 20;

  @TempDir Path folder;

  private Path image(int seed) {
    return new DiskImage(seed, BYTES).writeTo(folder.resolve(seed + ".raw"));
  }

  private Path objects() {
    return folder.resolve("server/objects");
  }

  private S3Server server() {
    return S3Server.start(folder.resolve("server"));
  }

  /** Slow, so that what is to happen in the middle does. */
  private static FaultyHttp slowly(S3Server server) {
    FaultyHttp network = FaultyHttp.before(server.endpoint());
    network.delay(Duration.ofMillis(100));
    return network;
  }

  private Ekkofs ekkofs(S3Server server) {
    return RemotePlace.s3(server.environment()).make(folder.resolve("host"));
  }

  private static Ekkofs through(FaultyHttp network, Ekkofs ekkofs) {
    return ekkofs.with("AWS_ENDPOINT_URL", network.endpoint().toString());
  }

  private long stored(String part) {
    try (Stream<Path> files = Files.walk(objects())) {
      return files.filter(file -> file.toString().contains(part)).count();
    } catch (IOException | UncheckedIOException changing) {
      return 0;
    }
  }

  private void requireWhole(Ekkofs ekkofs, String name, Path image) throws IOException {
    ekkofs.run("verify", "--read-data").ok();
    Path restored = folder.resolve("restored.raw");
    ekkofs.run("restore", name, restored.toString(), "--force").ok();
    assertThat(Files.mismatch(restored, image)).isEqualTo(-1);
  }

  @Test
  void aSnapshotGoesOnWhenTheServerIsBack() throws IOException {
    try (S3Server server = server();
        FaultyHttp network = slowly(server)) {
      Ekkofs ekkofs = ekkofs(server);
      Path image = image(51);
      Ekkofs.Running running =
          through(network, ekkofs).start("snapshot", image.toString(), "web/0");
      Await.until("chunks are stored", () -> stored("/chunks/") > 4);
      server.kill();
      assertThat(running.process().isAlive()).isTrue();
      server.restart();
      running.await().ok();
      requireWhole(ekkofs, "web/0", image);
    }
  }

  @Test
  void aReadWaitsForTheServer() throws IOException {
    try (S3Server server = server()) {
      Ekkofs ekkofs = ekkofs(server);
      Path image = image(52);
      ekkofs.run("snapshot", image.toString(), "web/0").ok();
      Path mnt = Files.createDirectories(folder.resolve("mnt"));
      ekkofs.run("mount", mnt.toString()).ok();
      try {
        server.kill();
        Path copy = folder.resolve("copy.raw");
        Process reader =
            new ProcessBuilder("cp", mnt.resolve("web/0.raw").toString(), copy.toString()).start();
        server.restart();
        assertThat(reader.waitFor()).isZero();
        assertThat(Files.mismatch(copy, image)).isEqualTo(-1);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      } finally {
        ekkofs.run("umount", mnt.toString()).ok();
      }
    }
  }

  @Test
  void aSweepGoesOnWhenTheServerIsBack() throws IOException {
    try (S3Server server = server();
        FaultyHttp network = slowly(server)) {
      Ekkofs ekkofs = ekkofs(server);
      Path image = image(53);
      ekkofs.run("snapshot", image(54).toString(), "web/old").ok();
      ekkofs.run("snapshot", image.toString(), "web/0").ok();
      ekkofs.run("delete", "web/old").ok();
      Ekkofs.Running running = through(network, ekkofs).start("sweep", "web", "--now");
      Await.until("there is a plan", () -> stored("/plans/") > 0 || !running.process().isAlive());
      server.kill();
      assertThat(running.process().isAlive()).isTrue();
      server.restart();
      running.await().ok();
      requireWhole(ekkofs, "web/0", image);
      ekkofs.run("sweep", "web", "--now").ok();
    }
  }

  @Test
  void aSnapshotGoesOnWhenAFullServerHasRoomAgain() throws IOException {
    try (TinyFilesystem small = TinyFilesystem.mount(objects(), "size=6m");
        S3Server server = server()) {
      Ekkofs ekkofs = ekkofs(server);
      Path image = image(55);
      Ekkofs.Running running = ekkofs.start("snapshot", image.toString(), "web/0");
      Await.until(
          "the server is full",
          () -> objects().toFile().getUsableSpace() < (1 << 20) || !running.process().isAlive());
      assertThat(running.process().isAlive()).isTrue();
      small.remount("size=200m");
      running.await().ok();
      requireWhole(ekkofs, "web/0", image);
    }
  }

  /** One server for all of it, as it takes long to start. */
  @Test
  void aSwiftServerMayBeFullOrGoneForAWhileToo() throws IOException {
    try (TinyFilesystem disk = TinyFilesystem.ext4(objects(), 160);
        SwiftServer server = SwiftServer.start(folder.resolve("server"));
        FaultyHttp network = FaultyHttp.before(server.endpoint())) {
      Ekkofs ekkofs = RemotePlace.swift(server.environment()).make(folder.resolve("host"));
      Path first = new DiskImage(56, BYTES / 2).writeTo(folder.resolve("first.raw"));
      Path ballast = fill(disk.folder(), 3 << 20);
      Ekkofs.Running full = ekkofs.start("snapshot", first.toString(), "web/0");
      Await.until(
          "the server is full",
          () -> objects().toFile().getUsableSpace() < (1 << 20) || !full.process().isAlive());
      assertThat(full.process().isAlive()).isTrue();
      Files.delete(ballast);
      full.await().ok();

      network.delay(Duration.ofMillis(100));
      Path second = new DiskImage(57, BYTES / 2).writeTo(folder.resolve("second.raw"));
      Ekkofs slowly = ekkofs.with("ST_AUTH", network.endpoint() + "/auth/v1.0");
      long before = stored(".data");
      Ekkofs.Running cut = slowly.start("snapshot", second.toString(), "web/1");
      Await.until("chunks are stored", () -> stored(".data") > before + 6);
      server.kill();
      assertThat(cut.process().isAlive()).isTrue();
      server.restart();
      cut.await().ok();

      requireWhole(ekkofs, "web/1", second);
    }
  }

  /** Leaves so many bytes of a disk. */
  private static Path fill(Path disk, long left) throws IOException {
    Path ballast = disk.resolve("ballast");
    byte[] block = new byte[1 << 20];
    try (OutputStream out = Files.newOutputStream(ballast)) {
      while (disk.toFile().getUsableSpace() > left + block.length) {
        out.write(block);
      }
    }
    return ballast;
  }
}
