package org.ekkofs.benchmark;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * An incremental of a large sparse disk whose changes are known: an overlay of QEMU's over the
 * disk, of which so many MiB were written in pieces of 64 KiB. Against a compressed copy of the
 * overlay by {@code qemu-img}, and against what others take for the overlay's file, since the disk
 * itself would take them hours.
 */
final class ListedChanges implements Work.Measurement {
  private static final long DISK_BYTES = 1L << 40;
  private static final int PIECE = 64 << 10;
  private static final int MIB = 1 << 20;
  private static final int[] CHANGED_MIB = {10, 100};
  private static final Goal SECONDS = Goal.atMost(10);

  @Override
  public void run(Lab lab, Report report) throws IOException, InterruptedException {
    Path base = sparse(lab);
    lab.ekkofs("snapshot", base, "large/base");
    for (int mebibytes : CHANGED_MIB) {
      measure(lab, base, mebibytes, report);
    }
    Files.delete(base);
  }

  /** A disk of a TiB, with as much data as is asked for at its beginning. */
  private static Path sparse(Lab lab) throws IOException {
    Path base = lab.path("large.raw");
    ByteBuffer buffer = ByteBuffer.allocateDirect(MIB);
    try (FileChannel file =
        FileChannel.open(base, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (long at = 0; at < lab.options().bytes(); at += MIB) {
        lab.data().read(buffer.clear());
        file.write(buffer.flip(), at);
      }
      file.write(ByteBuffer.allocate(1), DISK_BYTES - 1);
    }
    return base;
  }

  private static void measure(Lab lab, Path base, int mebibytes, Report report)
      throws IOException, InterruptedException {
    Samples ours = new Samples();
    Samples copies = new Samples();
    List<Keeper> keepers = Keeper.installed(lab, report);
    List<Samples> others = new ArrayList<>();
    for (Keeper keeper : keepers) {
      keeper.init();
      others.add(new Samples());
    }
    for (int run = 0; run < lab.options().runs(); run++) {
      Path overlay = overlay(lab, base, mebibytes, run);
      String name = "large/changed-%d-%d".formatted(mebibytes, run);
      ours.add(
          lab.measured(
                  Map.of(), "snapshot", overlay, name, "--parent", "large/base", "--changed-only")
              .seconds());
      Path copy = lab.unused("copy");
      copies.add(
          Programs.seconds(
              "qemu-img", "convert", "-c", "-O", "qcow2", "-F", "raw", "-B", base, overlay, copy));
      Files.delete(copy);
      for (int n = 0; n < keepers.size(); n++) {
        long begun = System.nanoTime();
        keepers.get(n).take(overlay);
        others.get(n).add((System.nanoTime() - begun) / 1e9);
      }
      Files.delete(overlay);
    }
    String work = "incremental of 1 TiB, %d MiB changed".formatted(mebibytes);
    report.add(Row.absolute(work, "s", ours, SECONDS));
    report.add(Row.ratio(work, "s", ours, "qemu-img convert -c", copies, Goal.NONE));
    for (int n = 0; n < keepers.size(); n++) {
      report.add(Row.ratio(work, "s", ours, keepers.get(n).taking(), others.get(n), Goal.NONE));
      Folders.remove(keepers.get(n).repository());
    }
  }

  private static Path overlay(Lab lab, Path base, int mebibytes, int seed)
      throws IOException, InterruptedException {
    Path overlay = lab.path("overlay-%d-%d.qcow2".formatted(mebibytes, seed));
    Programs.run("qemu-img", "create", "-f", "qcow2", "-F", "raw", "-b", base, overlay);
    Path pieces = Files.createDirectory(lab.unused("pieces"));
    Random random = new Random(seed);
    List<Object> words = new ArrayList<>(List.of("qemu-io", "-f", "qcow2"));
    ByteBuffer piece = ByteBuffer.allocate(PIECE);
    for (int n = 0; n < mebibytes * (MIB / PIECE); n++) {
      lab.data().read(piece.clear());
      Path file = Files.write(pieces.resolve("p" + n), piece.array());
      long at = random.nextLong(DISK_BYTES / PIECE) * PIECE;
      words.add("-c");
      words.add("write -q -s %s %d %d".formatted(file, at, PIECE));
    }
    words.add(overlay);
    Programs.run(words.toArray());
    Folders.remove(pieces);
    return overlay;
  }
}
