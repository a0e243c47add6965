package org.ekkofs.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.ekkofs.testing.DiskImage;
import org.ekkofs.testing.Ekkofs;
import org.ekkofs.testing.PostgresServer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hosts that share nothing but a repository on a real server. */
@Tag("long")
class RemoteFleetIT {
  private static final int BYTES = 8 << 20;
  private static final int HOSTS = 3;
  private static final int BACKUPS = 3;

  @TempDir Path folder;

  @Test
  void threeHostsWriteATreeOnS3WhileAFourthSweepsIt() throws Exception {
    writeAndSweep(RemotePlace.s3());
  }

  @Test
  void threeHostsWriteATreeOnSwiftWhileAFourthSweepsIt() throws Exception {
    try (PostgresServer database = PostgresServer.start()) {
      writeAndSweep(RemotePlace.swift(database));
    }
  }

  private void writeAndSweep(RemotePlace place) throws Exception {
    Ekkofs sweeper = place.make(folder.resolve("sweeper"));
    Path old = new DiskImage(99, BYTES).writeTo(folder.resolve("old.raw"));
    for (int n = 0; n < BACKUPS; n++) {
      sweeper.run("snapshot", old.toString(), "web/old-" + n).ok();
    }
    List<Callable<Void>> work = new ArrayList<>();
    for (int n = 0; n < HOSTS; n++) {
      String host = "host" + n;
      DiskImage disk = new DiskImage(n, BYTES);
      work.add(() -> write(place.host(folder.resolve(host)), host, disk));
    }
    work.add(() -> sweep(sweeper));
    runAll(work);
    assertThat(sweeper.run("verify", "--read-data").ok().out()).contains("all is well");
    for (int n = 0; n < HOSTS; n++) {
      requireSurvivors(sweeper, "host" + n);
    }
  }

  /** Each its own disk, every other backup deleted by whoever sweeps. */
  private Void write(Ekkofs ekkofs, String host, DiskImage disk) {
    String parent = "";
    for (int n = 0; n < BACKUPS; n++) {
      Path image = disk.writeTo(folder.resolve(host + "-" + n + ".raw"));
      String name = "web/" + host + "-" + n;
      List<String> words = new ArrayList<>(List.of("snapshot", image.toString(), name));
      words.addAll(parent.isEmpty() ? List.of() : List.of("--parent", parent));
      ekkofs.startOn(host, words.toArray(String[]::new)).await().ok();
      if (!parent.isEmpty() && n == 1) {
        ekkofs.startOn(host, "delete", parent).await().ok();
      }
      parent = name;
      disk.churn(40);
    }
    return null;
  }

  private Void sweep(Ekkofs ekkofs) {
    for (int n = 0; n < BACKUPS; n++) {
      ekkofs.startOn("sweeper", "delete", "web/old-" + n).await().ok();
      ekkofs.startOn("sweeper", "sweep", "web", "--now").await().ok();
    }
    return null;
  }

  private static void runAll(List<Callable<Void>> work) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(work.size());
    try {
      for (Future<Void> result : threads.invokeAll(work)) {
        result.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private void requireSurvivors(Ekkofs ekkofs, String host) throws IOException {
    for (int n = 1; n < BACKUPS; n++) {
      Path restored = folder.resolve("restored-" + host + n);
      String name = host + "-" + n;
      ekkofs.run("restore", "web/" + name, restored.toString(), "--no-verify").ok();
      assertThat(Files.mismatch(restored, folder.resolve(name + ".raw"))).isEqualTo(-1);
    }
  }
}
