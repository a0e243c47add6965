package org.ekkofs.benchmark;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.ekkofs.backup.LocalState;
import org.ekkofs.backup.Progress;
import org.ekkofs.backup.Repository;
import org.ekkofs.backup.SnapshotRequest;
import org.ekkofs.backup.Snapshots;
import org.ekkofs.backup.Surroundings;
import org.ekkofs.backup.SweepOptions;
import org.ekkofs.backup.Sweeps;
import org.ekkofs.backup.Tree;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.BackupPath;
import org.ekkofs.model.TreeName;
import org.ekkofs.source.DiskSource;
import org.ekkofs.store.folder.FolderObjectStore;
import org.ekkofs.testing.ModelDisk;

/** What it costs to delete one of many backups, in a chain and in a star. */
final class DeleteCost implements Work.Measurement {
  private static final int[] COUNTS = {10, 100, 1000};
  private static final int MOST_FOR_OTHERS = 100;
  private static final double NANOS = 1e9;
  private static final double KIB = 1024;

  @Override
  public void run(Lab lab, Report report) throws IOException, InterruptedException {
    Map<Integer, Samples> commands = new TreeMap<>();
    for (String shape : List.of("star", "chain")) {
      try (Family family = new Family(lab, shape)) {
        for (int count : COUNTS) {
          report.say("taking %d backups in a %s".formatted(count, shape));
          family.growTo(count);
          commands.put(count, family.measure(count, report));
        }
      }
    }
    for (int count : COUNTS) {
      if (count <= MOST_FOR_OTHERS) {
        new DeleteByOthers(lab, report).run(count, commands.get(count));
      }
    }
  }

  /** What deleting one backup took. */
  private record Costs(
      Samples hide,
      Samples plan,
      Samples newHost,
      Samples sweep,
      Samples calls,
      Samples read,
      Samples written,
      Samples chunks,
      Samples rewritten) {
    Costs() {
      this(
          new Samples(),
          new Samples(),
          new Samples(),
          new Samples(),
          new Samples(),
          new Samples(),
          new Samples(),
          new Samples(),
          new Samples());
    }
  }

  private interface Action {
    void run() throws IOException;
  }

  private static double seconds(Action action) throws IOException {
    long begun = System.nanoTime();
    action.run();
    return (System.nanoTime() - begun) / NANOS;
  }

  /** A tree of such backups. */
  private static final class Family implements AutoCloseable {
    private final Lab lab;
    private final String shape;
    private final Generations disks;
    private final StoreTally tally;
    private final Repository repository;
    private final List<BackupName> names = new ArrayList<>();
    private final Random random = new Random(6);
    private int taken;

    Family(Lab lab, String shape) throws IOException {
      this.lab = lab;
      this.shape = shape;
      this.disks = new Generations(lab.data(), isChain());
      this.tally = new StoreTally(FolderObjectStore.open(lab.repository()));
      this.repository =
          Repository.open(tally, new LocalState(lab.path("cache-" + shape)), Surroundings.real());
    }

    private boolean isChain() {
      return shape.equals("chain");
    }

    void growTo(int count) throws IOException {
      while (names.size() < count) {
        take();
      }
    }

    private void take() throws IOException {
      BackupName name = new BackupName("b" + taken++);
      Optional<BackupName> parent =
          names.isEmpty()
              ? Optional.empty()
              : Optional.of(names.get(isChain() ? names.size() - 1 : 0));
      ModelDisk disk = names.isEmpty() ? disks.first() : disks.next();
      try (DiskSource source = disk.source(true)) {
        SnapshotRequest request =
            new SnapshotRequest(new BackupPath(new TreeName(shape), name), parent);
        new Snapshots(repository).take(source, request, Progress.NONE);
      }
      names.add(name);
    }

    /** Gives the seconds that it takes by commands. */
    Samples measure(int count, Report report) throws IOException, InterruptedException {
      Costs costs = new Costs();
      for (int run = 0; run <= lab.options().runs(); run++) {
        // The first is for Java to compile what is needed.
        delete(run == 0 ? new Costs() : costs);
        take();
      }
      Samples command = new Samples();
      for (int run = 0; run < lab.options().runs(); run++) {
        command.add(deleteByCommand());
        take();
      }
      report(count, costs, command, report);
      return command;
    }

    /** Any but the first, which all of a star need, and the last, which the next comes from. */
    private BackupName any() {
      return names.remove(1 + random.nextInt(names.size() - 2));
    }

    private void delete(Costs costs) throws IOException {
      Tree tree = repository.tree(new TreeName(shape));
      SweepOptions now = SweepOptions.DEFAULT.now();
      BackupName name = any();
      costs.hide.add(seconds(() -> tree.delete(name)));
      costs.plan.add(seconds(() -> preview(repository)));
      costs.newHost.add(planOnNewHost());
      tally.reset();
      costs.sweep.add(seconds(() -> new Sweeps(repository).sweep(tree, now, Progress.NONE)));
      costs.calls.add(tally.calls());
      costs.read.add(tally.read() / KIB);
      costs.written.add(tally.written() / KIB);
      costs.chunks.add(tally.readOfChunks());
      costs.rewritten.add(tally.rewritten());
    }

    private void preview(Repository where) {
      Tree tree = where.tree(new TreeName(shape));
      SweepOptions now = SweepOptions.DEFAULT.now();
      new Sweeps(where).preview(tree, now, Progress.NONE, object -> {});
    }

    private double planOnNewHost() throws IOException {
      LocalState nothing = new LocalState(lab.unused("cache"));
      try (Repository other =
          Repository.open(FolderObjectStore.open(lab.repository()), nothing, Surroundings.real())) {
        return seconds(() -> preview(other));
      }
    }

    private double deleteByCommand() throws IOException, InterruptedException {
      String name = shape + "/" + any();
      long begun = System.nanoTime();
      lab.ekkofs(lab.path("cache-" + shape), "delete", name);
      lab.ekkofs(lab.path("cache-" + shape), "sweep", shape, "--now");
      return (System.nanoTime() - begun) / NANOS;
    }

    private void report(int count, Costs costs, Samples command, Report report) {
      String what = ", one of %d, %s".formatted(count, shape);
      report.add(Row.absolute("hide" + what, "s", costs.hide, Goal.atMost(.1)));
      report.add(Row.absolute("plan" + what, "s", costs.plan, Goal.atMost(1)));
      report.add(Row.absolute("plan on a new host" + what, "s", costs.newHost, Goal.NONE));
      report.add(Row.absolute("sweep" + what, "s", costs.sweep, Goal.NONE));
      report.add(Row.absolute("sweep" + what, "requests", costs.calls, Goal.NONE));
      report.add(Row.absolute("sweep" + what, "KiB read", costs.read, Goal.NONE));
      report.add(Row.absolute("sweep" + what, "KiB written", costs.written, Goal.NONE));
      report.add(Row.absolute("sweep" + what, "chunk bytes read", costs.chunks, Goal.atMost(0)));
      report.add(Row.absolute("sweep" + what, "rewritten", costs.rewritten, Goal.atMost(0)));
      report.add(Row.absolute("delete and sweep, commands" + what, "s", command, Goal.NONE));
    }

    @Override
    public void close() {
      repository.close();
    }
  }
}
