package org.ekkofs.benchmark;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.ekkofs.model.TreeName;
import org.ekkofs.store.ObjectStore;
import org.ekkofs.testing.BigTree;
import org.ekkofs.testing.HastyFolder;
import org.ekkofs.testing.ManyTrees;

/**
 * What people wait for where there are 10,000 backups in a tree, and where there are 1,000 trees,
 * beside the same with 10 backups in one tree.
 */
final class ManyBackups implements Work.Measurement {
  private static final int BACKUPS = 10_000;
  private static final int TREES = 1_000;
  private static final String FEW = "10 backups";
  private static final int DISK_BYTES = 16 << 20;
  private static final int CHANGED_BYTES = 4 << 10;
  private static final TreeName BIG = new TreeName("big");

  /** A repository, its cache, and a mountpoint. */
  private record Place(Lab lab, Path repository, Path cache, Path mountpoint) {
    interface Content {
      void write(ObjectStore store);
    }

    static Place make(Lab lab, Content content) throws IOException, InterruptedException {
      Place place =
          new Place(
              lab,
              lab.unused("many"),
              lab.unused("cache"),
              Files.createDirectory(lab.unused("mount")));
      place.ekkofs("init");
      try (HastyFolder store = new HastyFolder(place.repository)) {
        content.write(store);
      }
      // Whatever is measured begins with a catalog.
      place.ekkofs("ls");
      return place;
    }

    void ekkofs(Object... words) throws IOException, InterruptedException {
      List<Object> all = new ArrayList<>(List.of("-r", repository));
      all.addAll(Arrays.asList(words));
      lab.ekkofs(cache, all.toArray());
    }

    double seconds(Object... words) throws IOException, InterruptedException {
      long begun = System.nanoTime();
      ekkofs(words);
      return (System.nanoTime() - begun) / 1e9;
    }
  }

  @Override
  public void run(Lab lab, Report report) throws IOException, InterruptedException {
    report.say("making " + BACKUPS + " backups, and " + TREES + " trees");
    Place few = Place.make(lab, store -> BigTree.write(store, BIG, 10, 0));
    Place big = Place.make(lab, store -> BigTree.write(store, BIG, BACKUPS, 0));
    Place many = Place.make(lab, store -> ManyTrees.write(store, TREES, 3));
    String backups = "10,000 backups: ";
    compare(report, backups + "ls TREE", big, few, "ls", BIG);
    compare(report, backups + "tree", big, few, "tree", BIG);
    compare(report, backups + "show", big, few, "show", BIG + "/backup-7");
    writes(report, backups, big, few);
    mounts(report, backups, big, BIG.value(), Goal.atMost(2), Goal.atMost(300));
    String trees = "1,000 trees: ";
    compare(report, trees + "ls", many, few, "ls");
    compare(report, trees + "stats", many, few, "stats");
    mounts(report, trees, many, "", Goal.NONE, Goal.NONE);
    DistantTrees.measure(many.repository, lab, report);
  }

  private static void compare(Report report, String work, Place ours, Place few, Object... words)
      throws IOException, InterruptedException {
    Samples our = new Samples();
    Samples their = new Samples();
    ours.ekkofs(words);
    few.ekkofs(words);
    for (int run = 0; run < ours.lab.options().runs(); run++) {
      our.add(ours.seconds(words));
      their.add(few.seconds(words));
    }
    report.add(Row.ratio(work, "s", our, FEW, their, Goal.NONE));
  }

  /** Small incrementals, and then their deletion. */
  private static void writes(Report report, String prefix, Place big, Place few)
      throws IOException, InterruptedException {
    Path disk = disk(big.lab);
    big.ekkofs("snapshot", disk, BIG + "/s0");
    few.ekkofs("snapshot", disk, BIG + "/s0");
    int runs = big.lab.options().runs();
    Samples[] taken = {new Samples(), new Samples()};
    Samples[] deleted = {new Samples(), new Samples()};
    for (int run = 1; run <= runs; run++) {
      change(disk, run);
      String parent = BIG + "/s" + (run - 1);
      taken[0].add(big.seconds("snapshot", disk, BIG + "/s" + run, "--parent", parent));
      taken[1].add(few.seconds("snapshot", disk, BIG + "/s" + run, "--parent", parent));
    }
    for (int run = 1; run <= runs; run++) {
      deleted[0].add(big.seconds("delete", BIG + "/s" + run));
      deleted[1].add(few.seconds("delete", BIG + "/s" + run));
    }
    report.add(
        Row.ratio(prefix + "incremental, 16 MiB disk", "s", taken[0], FEW, taken[1], Goal.NONE));
    report.add(Row.ratio(prefix + "delete", "s", deleted[0], FEW, deleted[1], Goal.NONE));
  }

  private static Path disk(Lab lab) throws IOException {
    byte[] content = new byte[DISK_BYTES];
    new Random(1).nextBytes(content);
    return Files.write(lab.unused("disk"), content);
  }

  private static void change(Path disk, int seed) throws IOException {
    Random random = new Random(seed);
    byte[] bytes = new byte[CHANGED_BYTES];
    random.nextBytes(bytes);
    try (RandomAccessFile file = new RandomAccessFile(disk.toFile(), "rw")) {
      file.seek(random.nextInt(DISK_BYTES - CHANGED_BYTES));
      file.write(bytes);
    }
  }

  private static void mounts(
      Report report, String prefix, Place place, String folder, Goal seconds, Goal mebibytes)
      throws IOException, InterruptedException {
    Samples mount = new Samples();
    Samples list = new Samples();
    Samples memory = new Samples();
    for (int run = 0; run < place.lab.options().runs(); run++) {
      mount.add(place.seconds("mount", place.mountpoint));
      try {
        list.add(Programs.seconds("ls", "-l", place.mountpoint.resolve(folder)));
        memory.add(Server.residentMebibytes(server(place.mountpoint)));
      } finally {
        place.ekkofs("umount", place.mountpoint);
      }
    }
    report.add(Row.absolute(prefix + "mount", "s", mount, seconds));
    report.add(Row.absolute(prefix + "ls -l in the mount", "s", list, Goal.NONE));
    report.add(Row.absolute(prefix + "memory of the server after it", "MiB", memory, mebibytes));
  }

  /** The process that serves a mount, as that says itself. */
  private static long server(Path mountpoint) throws IOException {
    ByteBuffer number = ByteBuffer.allocate(32);
    Files.getFileAttributeView(mountpoint, UserDefinedFileAttributeView.class)
        .read("ekkofs.pid", number);
    return Long.parseLong(
        new String(number.array(), 0, number.position(), StandardCharsets.US_ASCII));
  }
}
