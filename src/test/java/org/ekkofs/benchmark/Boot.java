package org.ekkofs.benchmark;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Booting a guest from the mount, against the raw file; if there is a guest. */
final class Boot implements Work.Measurement {
  private static final String READY = "GUEST-READY";
  private static final double CACHED = 1.2;
  private static final double COLD = 2;

  @Override
  public void run(Lab lab, Report report) throws IOException, InterruptedException {
    if (lab.options().guest.isEmpty()) {
      report.note("No guest was given (EKKOFS_BENCH_GUEST), and none was booted.");
      return;
    }
    Path raw = lab.options().guest.get().toAbsolutePath();
    Disk disk = lab.backedUp("guest", raw, Files.size(raw));
    Samples our = new Samples();
    Samples their = new Samples();
    Samples ourCold = new Samples();
    Samples theirCold = new Samples();
    for (int run = 0; run < lab.options().runs(); run++) {
      Path cache = lab.unused("cache");
      Server server = lab.mount(disk, cache);
      Lab.dropPageCache();
      ourCold.add(seconds(server.file(), lab));
      Lab.dropPageCache();
      theirCold.add(seconds(raw, lab));
      Reader.evict(server.file());
      our.add(seconds(server.file(), lab));
      their.add(seconds(raw, lab));
      lab.stop(server);
      Folders.remove(cache);
    }
    report.add(Row.ratio("boot, cached", "s", our, "raw file", their, Goal.atMost(CACHED)));
    report.add(
        Row.ratio("boot, nothing cached", "s", ourCold, "raw file", theirCold, Goal.atMost(COLD)));
  }

  /** From the start of QEMU until the guest says that it is up. */
  private static double seconds(Path image, Lab lab) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("qemu-system-x86_64", "-m", "512"));
    command.addAll(
        hasVirtualization()
            ? List.of("-accel", "kvm", "-cpu", "host")
            : List.of("-accel", "tcg", "-cpu", "max"));
    command.addAll(List.of("-display", "none", "-monitor", "none", "-serial", "stdio"));
    command.addAll(List.of("-nic", "none", "-no-reboot", "-snapshot"));
    command.addAll(List.of("-drive", "if=virtio,format=raw,file=" + image));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("TMPDIR", lab.path("").toString());
    long begun = System.nanoTime();
    Process guest = builder.redirectInput(Programs.nothing()).start();
    try {
      awaitReady(guest);
      return (System.nanoTime() - begun) / 1e9;
    } finally {
      guest.destroy();
      if (!guest.waitFor(10, TimeUnit.SECONDS)) {
        guest.destroyForcibly().waitFor();
      }
    }
  }

  private static void awaitReady(Process guest) throws IOException {
    BufferedReader console = guest.inputReader();
    StringBuilder said = new StringBuilder();
    for (String line = console.readLine(); line != null; line = console.readLine()) {
      if (line.contains(READY)) {
        return;
      }
      said.append(line).append('\n');
    }
    throw new IOException("the guest ended before it was up: " + said);
  }

  private static boolean hasVirtualization() throws IOException {
    return Files.readString(Path.of("/proc/cpuinfo")).matches("(?s).*\\b(vmx|svm)\\b.*");
  }
}
