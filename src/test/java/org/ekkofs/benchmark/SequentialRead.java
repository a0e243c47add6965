package org.ekkofs.benchmark;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Reading from beginning to end with a warm cache, against the C program that copies from memory;
 * and once more from the page cache, against a plain file.
 */
final class SequentialRead implements Work.Measurement {
  private static final long IN_MEMORY = 96L << 20;
  private static final double MIB = 1 << 20;
  private static final double GIB = 1 << 30;

  /** How fast, and at what cost. */
  private static final class Figures {
    private final Samples rate = new Samples();
    private final Samples cpu = new Samples();

    void measure(Server server, Reader reader, long bytes, int rounds)
        throws IOException, InterruptedException {
      double seconds = 0;
      double before = server.cpuSeconds();
      for (int round = 0; round < rounds; round++) {
        Reader.evict(server.file());
        seconds += reader.sequential(server.file(), bytes);
      }
      rate.add(bytes * rounds / MIB / seconds);
      cpu.add((server.cpuSeconds() - before) / (bytes * rounds / GIB));
    }
  }

  @Override
  public void run(Lab lab, Report report) throws IOException, InterruptedException {
    Disk disk = lab.full();
    Server ours = lab.mount(disk, lab.unused("cache"));
    Server memory = lab.memory(disk.raw());
    Programs.run("cmp", disk.raw(), ours.file());
    long all = lab.options().bytes();
    compare("sequential read, cached", Reader.BUFFERED, all, ours, memory, lab, report);
    compare("sequential read, cached, direct", Reader.DIRECT, all, ours, memory, lab, report);
    compare("sequential read, 96 MiB", Reader.BUFFERED, IN_MEMORY, ours, memory, lab, report);
    compare("sequential read, 96 MiB, direct", Reader.DIRECT, IN_MEMORY, ours, memory, lab, report);
    again(ours, memory, disk.raw(), lab.options(), report);
    lab.stop(memory);
    if (lab.options().profile) {
      Profile.of("sequential read, cached", ours, () -> rounds(ours, all), lab, report);
    }
    lab.stop(ours);
  }

  private static void rounds(Server ours, long bytes) throws IOException, InterruptedException {
    new Figures().measure(ours, Reader.BUFFERED, bytes, (int) Math.max(1, (4L << 30) / bytes));
  }

  private static void compare(
      String work, Reader reader, long bytes, Server ours, Server memory, Lab lab, Report report)
      throws IOException, InterruptedException {
    int rounds = (int) Math.max(1, lab.options().bytes() / bytes);
    new Figures().measure(ours, reader, bytes, 2 * rounds);
    Figures our = new Figures();
    Figures their = new Figures();
    for (int run = 0; run < lab.options().runs(); run++) {
      our.measure(ours, reader, bytes, rounds);
      their.measure(memory, reader, bytes, rounds);
    }
    report.add(Row.ratio(work, "MiB/s", our.rate, "C from memory", their.rate, Goal.atLeast(1)));
    report.add(Row.ratio(work, "CPU s/GiB", our.cpu, "C from memory", their.cpu, Goal.NONE));
  }

  /**
   * Everything is in the page cache: the same for every FUSE file system, if it lets the kernel.
   */
  private static void again(Server ours, Server memory, Path plain, Options options, Report report)
      throws IOException, InterruptedException {
    long bytes = options.bytes();
    Samples our = new Samples();
    Samples their = new Samples();
    Samples local = new Samples();
    Samples cpu = new Samples();
    for (int run = -1; run < options.runs(); run++) {
      double before = ours.cpuSeconds();
      double rate = bytes / MIB / Reader.BUFFERED.sequential(ours.file(), bytes);
      double used = (ours.cpuSeconds() - before) / (bytes / GIB);
      double theirRate = bytes / MIB / Reader.BUFFERED.sequential(memory.file(), bytes);
      double localRate = bytes / MIB / Reader.BUFFERED.sequential(plain, bytes);
      if (run >= 0) {
        our.add(rate);
        cpu.add(used);
        their.add(theirRate);
        local.add(localRate);
      }
    }
    report.add(Row.ratio("second read", "MiB/s", our, "C from memory", their, Goal.atLeast(.9)));
    report.add(Row.ratio("second read", "MiB/s", our, "plain file", local, Goal.NONE));
    report.add(Row.absolute("second read", "CPU s/GiB", cpu, Goal.atMost(.02)));
  }
}
