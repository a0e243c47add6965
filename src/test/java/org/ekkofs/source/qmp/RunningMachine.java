package org.ekkofs.source.qmp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.ekkofs.model.FailedException;
import org.ekkofs.testing.Await;
import org.ekkofs.testing.ModelDisk;

/**
 * A QEMU with disks {@code disk0}, {@code disk1} … and no guest: what a guest would write is
 * written by hand, through the drives {@code drive0}, {@code drive1} …, and into models. It has a
 * monitor for ekkofs, and one for the test.
 */
public final class RunningMachine implements AutoCloseable {
  private final Path folder;
  private final Process process;
  private final QmpClient client;
  private final List<ModelDisk> models = new ArrayList<>();

  private RunningMachine(Path folder, Process process, QmpClient client) {
    this.folder = folder;
    this.process = process;
    this.client = client;
  }

  /** Starts one with empty qcow2 disks. */
  public static RunningMachine create(Path folder, int... sizes) throws Exception {
    List<ModelDisk> models = new ArrayList<>();
    for (int size : sizes) {
      Path image = folder.resolve("disk" + models.size() + ".qcow2");
      run("qemu-img", "create", "-q", "-f", "qcow2", image.toString(), "" + size);
      models.add(ModelDisk.empty(size));
    }
    return start(folder, models, List.of());
  }

  private static void run(String... command) throws Exception {
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
  }

  private static RunningMachine start(Path folder, List<ModelDisk> models, List<String> more)
      throws IOException {
    List<String> command = new ArrayList<>(List.of("timeout", "-k", "5", "600"));
    command.addAll(List.of("qemu-system-x86_64", "-machine", "none", "-nodefaults"));
    command.addAll(List.of("-display", "none"));
    for (int n = 0; n < models.size(); n++) {
      command.add("-drive");
      command.add(
          "if=none,id=drive%d,node-name=disk%d,format=qcow2,discard=unmap,file=%s"
              .formatted(n, n, folder.resolve("disk" + n + ".qcow2")));
    }
    for (String name : List.of("monitor", "test")) {
      Files.deleteIfExists(folder.resolve(name));
      command.add("-qmp");
      command.add("unix:%s,server=on,wait=off".formatted(folder.resolve(name)));
    }
    command.addAll(more);
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("qemu.txt").toFile())
            .start();
    Await.until("monitor", () -> Files.exists(folder.resolve("test")) || !process.isAlive());
    Await.until("monitor", () -> accepts(folder.resolve("test")) || !process.isAlive());
    RunningMachine machine =
        new RunningMachine(folder, process, QmpClient.connect(folder.resolve("test")));
    machine.models.addAll(models);
    return machine;
  }

  private static boolean accepts(Path socket) {
    try {
      QmpClient.connect(socket).close();
      return true;
    } catch (FailedException notYet) {
      return false;
    }
  }

  /** Ends it and starts it with the same disks. */
  public RunningMachine restart() throws Exception {
    client.ask("quit", Line.object());
    process.waitFor();
    client.close();
    return start(folder, models, List.of());
  }

  /** Ends it without warning and starts it with the same disks. */
  public RunningMachine crash() throws Exception {
    for (int disk = 0; disk < models.size(); disk++) {
      io(disk, "flush");
    }
    kill();
    client.close();
    return start(folder, models, List.of());
  }

  /** Ends it without warning. */
  public void kill() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.onExit().join();
  }

  /** Where ekkofs is to connect. */
  public Path monitor() {
    return folder.resolve("monitor");
  }

  /** As what a disk is backed up. */
  public String address(int disk) {
    return "qmp:" + monitor() + "?node=disk" + disk;
  }

  /** What a disk holds now. */
  public ModelDisk model(int disk) {
    return models.get(disk).copy();
  }

  /** Writes bytes that are all this one, as a guest would. */
  public void write(int disk, int offset, int length, int value) {
    io(disk, "write -P %d %d %d".formatted(value, offset, length));
    byte[] data = new byte[length];
    Arrays.fill(data, (byte) value);
    models.get(disk).write(offset, data);
  }

  /** Discards a range, as a guest would. */
  public void zero(int disk, int offset, int length) {
    io(disk, "write -z %d %d".formatted(offset, length));
    models.get(disk).zero(offset, length);
  }

  private void io(int disk, String command) {
    client.execute(
        "human-monitor-command",
        Line.object().put("command-line", "qemu-io drive%d \"%s\"".formatted(disk, command)));
  }

  /** Makes a disk longer or shorter. */
  public void resize(int disk, int size) {
    client.execute("block_resize", Line.object().put("node-name", "disk" + disk).put("size", size));
    models.get(disk).resize(size);
  }

  /** Removes the bitmaps of a disk, as whoever knows nothing of them might. */
  public void loseBitmaps(int disk) {
    for (DirtyBitmap bitmap : bitmaps(disk)) {
      client.execute(
          "block-dirty-bitmap-remove",
          Line.object().put("node", "disk" + disk).put("name", bitmap.name()));
    }
  }

  List<DirtyBitmap> bitmaps(int disk) {
    return new Machine(client).bitmaps("disk" + disk, bitmap -> true);
  }

  /** Has it serve something to somebody else. */
  public void startServer(Path socket) {
    new Machine(client).startServer(socket.toString());
  }

  /** Ends that. */
  public void stopServer() {
    new Machine(client).stopServer();
  }

  /** Has the jobs of a backup end, as whoever knows nothing of them might. */
  public void cancelJobs() {
    new Machine(client).removeJobs("");
  }

  /** Whether a backup is under way. */
  public boolean hasJobs() {
    return !client.execute("query-jobs").isEmpty();
  }

  /** That a disk can be written to, and reads as it should. */
  public void assertHealthy(int disk) {
    JsonNode status = client.execute("query-status");
    assertThat(status.path("running").asBoolean()).isTrue();
    write(disk, 0, 4096, 77);
  }

  /** That it has no trace of a backup, but for one bitmap a disk. */
  public void assertTidy() {
    Machine machine = new Machine(client);
    assertThat(machine.nodes()).noneMatch(node -> node.name().startsWith(Leftovers.PREFIX));
    assertThat(client.execute("query-jobs")).isEmpty();
    assertThat(client.execute("query-block-exports")).isEmpty();
    assertThat(client.ask("nbd-server-stop", Line.object()))
        .isInstanceOf(QmpClient.Answer.Denied.class);
    for (int disk = 0; disk < models.size(); disk++) {
      assertThat(bitmaps(disk)).hasSizeLessThanOrEqualTo(1).allMatch(DirtyBitmap::recording);
    }
  }

  @Override
  public void close() {
    client.close();
    kill();
  }
}
