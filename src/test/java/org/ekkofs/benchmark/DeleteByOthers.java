package org.ekkofs.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What it costs others, where they are installed, to delete one of many backups of a chain. */
final class DeleteByOthers {
  private static final Pattern SNAPSHOT = Pattern.compile("\"snapshot_id\":\"([0-9a-f]+)\"");

  private final Lab lab;
  private final Report report;

  DeleteByOthers(Lab lab, Report report) {
    this.lab = lab;
    this.report = report;
  }

  /** Another program that keeps backups. */
  private interface Keeper {
    String name();

    void init() throws IOException, InterruptedException;

    /** Takes a backup; gives what it is called. */
    String take(Path disk) throws IOException, InterruptedException;

    /** Deletes a backup and gives its space back. */
    void delete(String backup) throws IOException, InterruptedException;
  }

  private record Restic(Path repository, Path password) implements Keeper {
    @Override
    public String name() {
      return "restic forget --prune";
    }

    private String restic(Object... words) throws IOException, InterruptedException {
      List<Object> all =
          new ArrayList<>(List.of("restic", "--no-cache", "-p", password, "-r", repository));
      all.addAll(List.of(words));
      return Programs.run(all.toArray());
    }

    @Override
    public void init() throws IOException, InterruptedException {
      restic("init");
    }

    @Override
    public String take(Path disk) throws IOException, InterruptedException {
      Matcher said = SNAPSHOT.matcher(restic("backup", "--json", disk));
      if (!said.find()) {
        throw new IOException("restic does not say what it has taken");
      }
      return said.group(1);
    }

    @Override
    public void delete(String backup) throws IOException, InterruptedException {
      restic("forget", backup, "--prune");
    }
  }

  private record Borg(Path repository, Path home) implements Keeper {
    @Override
    public String name() {
      return "borg delete, compact";
    }

    private void borg(Object... words) throws IOException, InterruptedException {
      List<String> all = new ArrayList<>(List.of("borg"));
      List.of(words).forEach(word -> all.add(word.toString()));
      ProcessBuilder builder = new ProcessBuilder(all);
      builder.environment().put("BORG_BASE_DIR", home.toString());
      builder.environment().put("BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK", "yes");
      Programs.run(builder);
    }

    @Override
    public void init() throws IOException, InterruptedException {
      borg("init", "-e", "none", repository);
    }

    @Override
    public String take(Path disk) throws IOException, InterruptedException {
      String backup = repository + "::b" + System.nanoTime();
      borg("create", backup, disk);
      return backup;
    }

    @Override
    public void delete(String backup) throws IOException, InterruptedException {
      borg("delete", backup);
      borg("compact", repository);
    }
  }

  /**
   * Measures those that are there.
   *
   * @param ours what it takes ekkofs, in seconds, as commands too
   */
  void run(int count, Samples ours) throws IOException, InterruptedException {
    List<Keeper> keepers = new ArrayList<>();
    if (Programs.exists("restic")) {
      Path password = Files.writeString(lab.unused("password"), "bench");
      keepers.add(new Restic(lab.unused("restic"), password));
    } else {
      report.note("restic is not installed, and was not compared with.");
    }
    if (Programs.exists("borg")) {
      keepers.add(new Borg(lab.unused("borg"), lab.unused("borg-home")));
    } else {
      report.note("borg is not installed, and was not compared with.");
    }
    for (Keeper keeper : keepers) {
      report.say("taking %d backups: %s".formatted(count, keeper.name()));
      Samples seconds = measure(keeper, count);
      String what = "delete and sweep, commands, one of %d, chain".formatted(count);
      report.add(Row.ratio(what, "s", ours, keeper.name(), seconds, Goal.NONE));
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
