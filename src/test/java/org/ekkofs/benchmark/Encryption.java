package org.ekkofs.benchmark;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/**
 * Full snapshots from the start of the process to its end, and cold reads from new mounts: of a
 * repository that is encrypted against one that is not, with a key file and with a passphrase.
 */
final class Encryption implements Work.Measurement {
  private static final double MIB = 1 << 20;
  private static final double GIB = 1 << 30;
  private static final int KEY_BYTES = 32;

  private final Map<Way, Figures> figures = new LinkedHashMap<>();
  private int snapshots;

  /** How a repository is opened. */
  private enum Way {
    OPEN("not encrypted"),
    KEY_FILE("key file"),
    PASSPHRASE("passphrase");

    private final String words;

    Way(String words) {
      this.words = words;
    }
  }

  private record Figures(Samples stored, Samples storing, Samples read, Samples reading) {
    Figures() {
      this(new Samples(), new Samples(), new Samples(), new Samples());
    }
  }

  @Override
  public void run(Lab lab, Report report) throws IOException, InterruptedException {
    Disk disk = lab.full();
    byte[] key = new byte[KEY_BYTES];
    new Random(1).nextBytes(key);
    Files.write(lab.path("key"), key);
    for (Way way : Way.values()) {
      figures.put(way, new Figures());
      Object[] init = way == Way.OPEN ? new Object[] {"init"} : new Object[] {"init", "--encrypt"};
      lab.ekkofs(environment(lab, way), init);
    }
    for (int run = 0; run < lab.options().runs(); run++) {
      for (Way way : Way.values()) {
        snapshot(lab, way, disk);
        read(lab, way, disk);
      }
    }
    for (Way way : new Way[] {Way.KEY_FILE, Way.PASSPHRASE}) {
      report(report, way);
    }
  }

  private static Map<String, String> environment(Lab lab, Way way) {
    Map<String, String> variables = new LinkedHashMap<>();
    variables.put("EKKOFS_REPOSITORY", lab.path("repository-" + way.name()).toString());
    switch (way) {
      case KEY_FILE -> variables.put("EKKOFS_KEY_FILE", lab.path("key").toString());
      case PASSPHRASE -> variables.put("EKKOFS_PASSWORD", "correct horse battery staple");
      case OPEN -> {}
    }
    return variables;
  }

  private void snapshot(Lab lab, Way way, Disk disk) throws IOException, InterruptedException {
    warm(disk.raw());
    String name = "disk/b" + snapshots++;
    Lab.Timed time = lab.measured(environment(lab, way), "snapshot", disk.raw(), name);
    figures.get(way).stored().add(disk.dataBytes() / MIB / time.seconds());
    figures.get(way).storing().add(time.cpuSeconds() / (disk.dataBytes() / GIB));
  }

  /** Has the kernel hold the disk, so that every run reads it from memory. */
  private static void warm(Path disk) throws IOException {
    Files.copy(disk, OutputStream.nullOutputStream());
  }

  private void read(Lab lab, Way way, Disk disk) throws IOException, InterruptedException {
    Path cache = lab.unused("cache");
    Disk backup = new Disk("disk", "b" + (snapshots - 1), disk.raw(), disk.raw(), disk.dataBytes());
    Server server = lab.mount(environment(lab, way), backup, cache);
    Lab.dropPageCache();
    double before = server.cpuSeconds();
    double seconds = Reader.BUFFERED.sequential(server.file(), disk.dataBytes());
    figures.get(way).read().add(disk.dataBytes() / MIB / seconds);
    figures.get(way).reading().add((server.cpuSeconds() - before) / (disk.dataBytes() / GIB));
    lab.stop(server);
    Folders.remove(cache);
  }

  private void report(Report report, Way way) {
    Figures plain = figures.get(Way.OPEN);
    Figures ours = figures.get(way);
    String how = ", " + way.words;
    String against = Way.OPEN.words;
    Goal goal = Goal.atLeast(.8);
    report.add(
        Row.ratio("full snapshot" + how, "MiB/s", ours.stored(), against, plain.stored(), goal));
    report.add(
        Row.ratio(
            "full snapshot" + how,
            "CPU s/GiB",
            ours.storing(),
            against,
            plain.storing(),
            Goal.NONE));
    report.add(
        Row.ratio("cold, newly mounted" + how, "MiB/s", ours.read(), against, plain.read(), goal));
    report.add(
        Row.ratio(
            "cold, newly mounted" + how,
            "CPU s/GiB",
            ours.reading(),
            against,
            plain.reading(),
            Goal.NONE));
  }
}
