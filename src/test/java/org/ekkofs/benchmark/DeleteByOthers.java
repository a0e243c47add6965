package org.ekkofs.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** What it costs others, where they are installed, to delete one of many backups of a chain. */
final class DeleteByOthers {
  private final Lab lab;
  private final Report report;

  DeleteByOthers(Lab lab, Report report) {
    this.lab = lab;
    this.report = report;
  }

  /**
   * Measures those that are there.
   *
   * @param ours what it takes ekkofs, in seconds, as commands too
   */
  void run(int count, Samples ours) throws IOException, InterruptedException {
    for (Keeper keeper : Keeper.installed(lab, report)) {
      report.say("taking %d backups: %s".formatted(count, keeper.deleting()));
      Samples seconds = measure(keeper, count);
      String what = "delete and sweep, commands, one of %d, chain".formatted(count);
      report.add(Row.ratio(what, "s", ours, keeper.deleting(), seconds, Goal.NONE));
    }
  }

  private Samples measure(Keeper keeper, int count) throws IOException, InterruptedException {
    Generations disks = new Generations(lab.data(), true);
    Path disk = Files.write(lab.path("others.raw"), disks.first().bytes());
    List<String> backups = new ArrayList<>();
    keeper.init();
    while (backups.size() < count) {
      backups.add(keeper.take(disk));
      Files.write(disk, disks.next().bytes());
    }
    Samples seconds = new Samples();
    Random random = new Random(6);
    for (int run = 0; run < lab.options().runs(); run++) {
      String any = backups.remove(1 + random.nextInt(backups.size() - 2));
      long begun = System.nanoTime();
      keeper.delete(any);
      seconds.add((System.nanoTime() - begun) / 1e9);
      backups.add(keeper.take(disk));
      Files.write(disk, disks.next().bytes());
    }
    return seconds;
  }
}
