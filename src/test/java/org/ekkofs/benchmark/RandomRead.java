package org.ekkofs.benchmark;

import java.io.IOException;

/** 4 KiB at random places past the page cache, one after the other, with a warm cache. */
final class RandomRead implements Work.Measurement {
  private static final long IN_MEMORY = 96L << 20;
  private static final int TRIAL = 1_000;
  private static final double SECONDS = 2;
  private static final double MICRO = 1e6;

  /** How fast, and at what cost. */
  private static final class Figures {
    private final Samples rate = new Samples();
    private final Samples cpu = new Samples();

    /** As many reads as take about so long: the CPU's clock goes by hundredths. */
    void measure(Server server, long bytes) throws IOException, InterruptedException {
      double trial = Reader.DIRECT.random(server.file(), bytes, TRIAL);
      int count = (int) (TRIAL * Math.max(1, SECONDS / trial));
      double before = server.cpuSeconds();
      double seconds = Reader.DIRECT.random(server.file(), bytes, count);
      rate.add(count / seconds);
      cpu.add((server.cpuSeconds() - before) * MICRO / count);
    }
  }

  @Override
  public void run(Lab lab, Report report) throws IOException, InterruptedException {
    Disk disk = lab.full();
    Server ours = lab.mount(disk, lab.unused("cache"));
    Server memory = lab.memory(disk.raw());
    Programs.run("cmp", disk.raw(), ours.file());
    compare("4 KiB random reads, 96 MiB", IN_MEMORY, ours, memory, lab, report);
    compare("4 KiB random reads, cached", lab.options().bytes(), ours, memory, lab, report);
    lab.stop(memory);
    if (lab.options().profile) {
      long all = lab.options().bytes();
      Profile.of(
          "4 KiB random reads, cached", ours, () -> new Figures().measure(ours, all), lab, report);
    }
    lab.stop(ours);
  }

  private static void compare(
      String work, long bytes, Server ours, Server memory, Lab lab, Report report)
      throws IOException, InterruptedException {
    Reader.DIRECT.sequential(ours.file(), bytes);
    new Figures().measure(ours, bytes);
    Figures our = new Figures();
    Figures their = new Figures();
    for (int run = 0; run < lab.options().runs(); run++) {
      our.measure(ours, bytes);
      their.measure(memory, bytes);
    }
    report.add(
        Row.ratio(work, "CPU µs/read", our.cpu, "C from memory", their.cpu, Goal.atMost(1.2)));
    report.add(Row.ratio(work, "reads/s", our.rate, "C from memory", their.rate, Goal.NONE));
  }
}
