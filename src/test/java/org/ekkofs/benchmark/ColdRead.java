package org.ekkofs.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.UnaryOperator;

/**
 * Reading from beginning to end when nothing is cached anywhere, against reading and decompressing
 * the chunks with all cores and no FUSE: by a mount that is new, and by one that has read another
 * disk before, so that Java has compiled what it needs.
 */
final class ColdRead implements Work.Measurement {
  private static final double MIB = 1 << 20;
  private static final double GIB = 1 << 30;

  private final Samples fresh = new Samples();
  private final Samples busy = new Samples();
  private final Samples cpu = new Samples();
  private final Samples decompressed = new Samples();
  private final Samples verified = new Samples();

  @Override
  public void run(Lab lab, Report report) throws IOException, InterruptedException {
    Disk disk = lab.full();
    Disk other = lab.sparse();
    int cores = Runtime.getRuntime().availableProcessors();
    double mebibytes = disk.dataBytes() / MIB;
    try (ChunkReader chunks =
        new ChunkReader(lab.repository(), lab.path("cache"), disk, UnaryOperator.identity())) {
      chunks.decompress(cores);
      chunks.decompressAndVerify(cores);
      for (int run = 0; run < lab.options().runs(); run++) {
        fresh.add(mebibytes / read(lab, disk));
        Lab.dropPageCache();
        decompressed.add(mebibytes / chunks.decompress(cores));
        busy.add(mebibytes / readAfter(lab, disk, other));
        Lab.dropPageCache();
        verified.add(mebibytes / chunks.decompressAndVerify(cores));
      }
      report(report, chunks);
    }
    if (lab.options().profile) {
      Server server = busy(lab, disk, other, lab.unused("cache"));
      Profile.of("cold sequential read", server, () -> timed(server, disk), lab, report);
    }
  }

  private double read(Lab lab, Disk disk) throws IOException, InterruptedException {
    Path cache = lab.unused("cache");
    Server server = lab.mount(disk, cache);
    double seconds = timed(server, disk);
    lab.stop(server);
    Folders.remove(cache);
    return seconds;
  }

  private double readAfter(Lab lab, Disk disk, Disk other)
      throws IOException, InterruptedException {
    Path cache = lab.unused("cache");
    Server server = busy(lab, disk, other, cache);
    double before = server.cpuSeconds();
    double seconds = timed(server, disk);
    cpu.add((server.cpuSeconds() - before) / (disk.dataBytes() / GIB));
    lab.stop(server);
    Folders.remove(cache);
    return seconds;
  }

  private static Server busy(Lab lab, Disk disk, Disk other, Path cache)
      throws IOException, InterruptedException {
    Server server = lab.mount(disk, cache);
    Reader.BUFFERED.sequential(server.file(other.file()), lab.options().bytes() * 4);
    return server;
  }

  private static double timed(Server server, Disk disk) throws IOException, InterruptedException {
    Lab.dropPageCache();
    return Reader.BUFFERED.sequential(server.file(), disk.dataBytes());
  }

  private void report(Report report, ChunkReader chunks) {
    String unit = "MiB/s";
    Goal goal = Goal.atLeast(.8);
    report.add(Row.ratio("cold sequential read", unit, busy, "decompressing", decompressed, goal));
    report.add(Row.ratio("cold sequential read", unit, busy, "and verifying", verified, Goal.NONE));
    report.add(Row.ratio("cold, newly mounted", unit, fresh, "decompressing", decompressed, goal));
    report.add(Row.absolute("cold sequential read", "CPU s/GiB", cpu, Goal.NONE));
    report.note(
        "The full disk is %d chunks of %.0f MiB together."
            .formatted(chunks.chunks(), chunks.storedBytes() / MIB));
  }
}
