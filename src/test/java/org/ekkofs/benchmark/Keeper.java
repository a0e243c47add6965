package org.ekkofs.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Another program that keeps backups. */
sealed interface Keeper {
  /** How it is told to take a backup. */
  String taking();

  /** How it is told to delete one. */
  String deleting();

  /** Makes its repository. */
  void init() throws IOException, InterruptedException;

  /** Takes a backup; gives what it is called. */
  String take(Path disk) throws IOException, InterruptedException;

  /** Deletes a backup and gives its space back. */
  void delete(String backup) throws IOException, InterruptedException;

  /** Where its repository is. */
  Path repository();

  /** Those that are there, each with a repository that is not made yet. */
  static List<Keeper> installed(Lab lab, Report report) throws IOException {
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
    return keepers;
  }

  /** Restic, without a cache. */
  record Restic(Path repository, Path password) implements Keeper {
    private static final Pattern SNAPSHOT = Pattern.compile("\"snapshot_id\":\"([0-9a-f]+)\"");

    @Override
    public String taking() {
      return "restic backup";
    }

    @Override
    public String deleting() {
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

  /** Borg, not encrypted, with the compression that the others have. */
  record Borg(Path repository, Path home) implements Keeper {
    @Override
    public String taking() {
      return "borg create -C zstd,3";
    }

    @Override
    public String deleting() {
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
      borg("create", "-C", "zstd,3", backup, disk);
      return backup;
    }

    @Override
    public void delete(String backup) throws IOException, InterruptedException {
      borg("delete", backup);
      borg("compact", repository);
    }
  }
}
