package org.ekkofs.benchmark;

import com.github.luben.zstd.Zstd;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What a fleet takes: a base full of data, and clones of it that changed a little, in pieces of 4
 * KiB that lie in groups as file systems write them.
 */
final class StoredFleet implements Work.Measurement {
  private static final int CLONES = 20;
  private static final int PIECE = 4096;
  private static final int BLOCK = 16 << 10;
  private static final int SEGMENT = 1 << 20;
  private static final int MANIFEST_BYTES = 64;
  private static final int COMPRESSION = 3;
  private static final double FIFTH = .2;
  private static final double MIB = 1 << 20;

  /** One byte in so many is written anew: 15 MiB of a GiB. */
  private static final int ONE_WRITTEN_OF = 68;

  private static final int PIECES_OF_A_GROUP = 16;
  private static final int WIDEST_GAP = 16;
  private static final String TREE = "fleet";
  private static final String RESTIC = "fleet-restic";

  @Override
  public void run(Lab lab, Report report) throws IOException, InterruptedException {
    Path base = lab.path("fleet.raw");
    write(base, lab.options().bytes(), lab.data());
    Stored stored = new Stored(lab, base);
    Path clone = lab.path("clone.raw");
    for (int number = 0; number < CLONES; number++) {
      report.say("clone %d of %d".formatted(number + 1, CLONES));
      Programs.run("cp", "--sparse=never", base, clone);
      stored.blocks += change(clone, new Random(number), lab.data());
      stored.add("c" + number, clone);
    }
    stored.report(report);
    Folders.remove(lab.path(RESTIC));
    Files.delete(clone);
  }

  /** What the fleet takes so far, kept in several ways. For one thread. */
  private static final class Stored {
    private final Lab lab;
    private final Path qcow2;
    private final boolean hasRestic = Programs.exists("restic");
    private final Path password;
    private final long base;
    private final long resticBase;
    private long overlays;
    private double blocks;

    Stored(Lab lab, Path disk) throws IOException, InterruptedException {
      this.lab = lab;
      this.qcow2 = lab.path("fleet.qcow2");
      this.password = Files.writeString(lab.path("fleet-password"), "bench");
      lab.ekkofs("snapshot", disk, TREE + "/base");
      this.base = folderBytes(tree().resolve("chunks"));
      Programs.run("qemu-img", "convert", "-c", "-f", "raw", "-O", "qcow2", disk, qcow2);
      restic("init");
      restic("backup", disk);
      this.resticBase = folderBytes(lab.path(RESTIC));
    }

    private Path tree() {
      return lab.repository().resolve("trees").resolve(TREE);
    }

    private void restic(Object... words) throws IOException, InterruptedException {
      if (hasRestic) {
        List<Object> all = new ArrayList<>(List.of("restic", "-q", "--no-cache"));
        all.addAll(List.of("-p", password, "-r", lab.path(RESTIC)));
        all.addAll(List.of(words));
        Programs.run(all.toArray());
      } else {
        Files.createDirectories(lab.path(RESTIC));
      }
    }

    void add(String name, Path clone) throws IOException, InterruptedException {
      lab.ekkofs("snapshot", clone, TREE + "/" + name, "--parent", TREE + "/base");
      overlays += overlay(lab, clone, qcow2);
      restic("backup", clone);
    }

    void report(Report report) throws IOException {
      long bytes = lab.options().bytes();
      double segments = (double) bytes / SEGMENT * (CLONES + 1);
      double ours = folderBytes(tree());
      double allowed = base + blocks + MANIFEST_BYTES * segments;
      String what = "base of %d MiB and %d clones".formatted(bytes >> 20, CLONES);
      row(report, what, ours, "base, blocks, 64 B a segment", allowed, 1);
      row(report, what, ours, "compressed qcow2 overlays", Files.size(qcow2) + overlays, 1);
      double clone = (ours - base) / CLONES;
      row(report, "a clone more", clone, "compressed qcow2 overlay", (double) overlays / CLONES, 1);
      if (hasRestic) {
        double theirs = folderBytes(lab.path(RESTIC));
        row(report, what, ours, "restic", theirs, FIFTH);
        row(report, "a clone more", clone, "restic", (theirs - resticBase) / CLONES, FIFTH);
      } else {
        report.note("restic is not installed, and was not compared with.");
      }
      Samples manifests = Samples.of(folderBytes(tree().resolve("manifests")) / segments);
      report.add(Row.absolute("manifests", "B/segment", manifests, Goal.atMost(MANIFEST_BYTES)));
    }
  }

  private static void row(
      Report report, String what, double ours, String against, double theirs, double goal) {
    report.add(
        Row.ratio(
            what,
            "MiB stored",
            Samples.of(ours / MIB),
            against,
            Samples.of(theirs / MIB),
            Goal.atMost(goal)));
  }

  private static void write(Path path, long bytes, RealData data) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(SEGMENT);
    try (FileChannel file =
        FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (long at = 0; at < bytes; at += SEGMENT) {
        data.read(buffer.clear());
        file.write(buffer.flip(), at);
      }
    }
  }

  /** Changes a clone; gives what its changed blocks take, each compressed alone. */
  private static double change(Path clone, Random random, RealData data) throws IOException {
    TreeSet<Long> changed = new TreeSet<>();
    try (FileChannel file =
        FileChannel.open(clone, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer piece = ByteBuffer.allocate(PIECE);
      long at = 0;
      for (long count = 0; count < file.size() / ONE_WRITTEN_OF / PIECE; count++) {
        if (count % PIECES_OF_A_GROUP == 0) {
          at = random.nextLong(file.size() / PIECE) * PIECE;
        } else {
          at += PIECE * (long) (random.nextInt(4) > 0 ? 1 : 1 + random.nextInt(WIDEST_GAP));
        }
        long offset = at % file.size();
        data.read(piece.clear());
        file.write(piece.flip(), offset);
        changed.add(offset / BLOCK);
      }
      return compressed(file, changed);
    }
  }

  private static double compressed(FileChannel file, TreeSet<Long> blocks) throws IOException {
    double bytes = 0;
    ByteBuffer block = ByteBuffer.allocate(BLOCK);
    for (long number : blocks) {
      file.read(block.clear(), number * BLOCK);
      byte[] content = Arrays.copyOf(block.array(), block.position());
      bytes += Math.min(content.length, Zstd.compress(content, COMPRESSION).length);
    }
    return bytes;
  }

  /** The length of a compressed overlay of what differs: {@code rebase} compares, others do not. */
  private static long overlay(Lab lab, Path clone, Path base)
      throws IOException, InterruptedException {
    Path all = lab.unused("overlay");
    Path overlay = lab.unused("overlay");
    Programs.run("qemu-img", "create", "-f", "qcow2", "-F", "raw", "-b", clone, all);
    Programs.run("qemu-img", "rebase", "-f", "qcow2", "-F", "qcow2", "-b", base, all);
    Programs.run(
        "qemu-img", "convert", "-c", "-O", "qcow2", "-F", "qcow2", "-B", base, all, overlay);
    long bytes = Files.size(overlay);
    Files.delete(all);
    Files.delete(overlay);
    return bytes;
  }

  private static long folderBytes(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    }
  }
}
