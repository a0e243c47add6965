package org.ekkofs.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The same disk in the mount of restic, where that is installed. */
final class ResticMount implements Work.Measurement {
  private static final double MIB = 1 << 20;
  private static final int COUNT = 2_000;

  @Override
  public void run(Lab lab, Report report) throws IOException, InterruptedException {
    if (!Programs.exists("restic")) {
      report.note("restic is not installed, and was not compared with.");
      return;
    }
    Disk disk = lab.full();
    Server theirs = start(disk, lab);
    Server ours = lab.mount(disk, lab.unused("cache"));
    compare("first sequential read", ours, theirs, 1, lab, report);
    compare("later sequential read", ours, theirs, lab.options().runs(), lab, report);
    random(ours, theirs, lab, report);
    lab.stop(theirs);
    lab.stop(ours);
  }

  private static Server start(Disk disk, Lab lab) throws IOException, InterruptedException {
    Path password = Files.writeString(lab.path("password"), "bench");
    Path repository = lab.path("restic");
    Path mountpoint = Files.createDirectory(lab.path("restic-mount"));
    Object[] restic = {"restic", "-q", "--no-cache", "-p", password, "-r", repository};
    Programs.run(with(restic, "init"));
    Programs.run(with(restic, "backup", disk.raw()));
    Path file = mountpoint.resolve("snapshots/latest").resolve(disk.raw().toString().substring(1));
    return lab.serve(mountpoint, file, with(restic, "mount", mountpoint));
  }

  private static Object[] with(Object[] words, Object... more) {
    Object[] all = java.util.Arrays.copyOf(words, words.length + more.length);
    System.arraycopy(more, 0, all, words.length, more.length);
    return all;
  }

  private static void compare(
      String work, Server ours, Server theirs, int runs, Lab lab, Report report)
      throws IOException, InterruptedException {
    long bytes = lab.options().bytes();
    Samples our = new Samples();
    Samples their = new Samples();
    for (int run = 0; run < runs; run++) {
      Reader.evict(ours.file());
      our.add(bytes / MIB / Reader.BUFFERED.sequential(ours.file(), bytes));
      Reader.evict(theirs.file());
      their.add(bytes / MIB / Reader.BUFFERED.sequential(theirs.file(), bytes));
    }
    report.add(Row.ratio(work, "MiB/s", our, "restic's mount", their, Goal.NONE));
  }

  private static void random(Server ours, Server theirs, Lab lab, Report report)
      throws IOException, InterruptedException {
    long bytes = lab.options().bytes();
    Samples our = new Samples();
    Samples their = new Samples();
    for (int run = 0; run < lab.options().runs(); run++) {
      our.add(COUNT / Reader.DIRECT.random(ours.file(), bytes, COUNT));
      Reader.evict(theirs.file());
      their.add(COUNT / Reader.BUFFERED.random(theirs.file(), bytes, COUNT));
    }
    report.add(Row.ratio("4 KiB random reads", "reads/s", our, "restic's mount", their, Goal.NONE));
  }
}
