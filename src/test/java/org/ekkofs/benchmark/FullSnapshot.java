package org.ekkofs.benchmark;

import com.github.luben.zstd.Zstd;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.LongStream;
import org.ekkofs.format.SegmentHash;
import org.ekkofs.model.Compression;
import org.ekkofs.model.SegmentSize;

/**
 * Full snapshots of a disk full of real files, and snapshots of it that find nothing changed, as
 * commands into a new repository; against hashing, and compressing, the same bytes with all cores,
 * and against others. The disk is in memory.
 */
final class FullSnapshot implements Work.Measurement {
  private static final double MIB = 1 << 20;
  private static final double GIB = 1 << 30;

  /** Of the first bytes of a process, what it takes to compile is the most. */
  private static final long WARM = 256L << 20;

  private final Samples full = new Samples();
  private final Samples fullSeconds = new Samples();
  private final Samples cpu = new Samples();
  private final Samples again = new Samples();
  private final Samples limit = new Samples();
  private final Samples hashed = new Samples();

  @Override
  public void run(Lab lab, Report report) throws IOException, InterruptedException {
    Disk disk = lab.full();
    long bytes = disk.dataBytes();
    work(disk.raw(), Math.min(bytes, WARM), true);
    work(disk.raw(), Math.min(bytes, WARM), false);
    for (int run = 0; run < lab.options().runs(); run++) {
      warm(disk.raw());
      ours(lab, disk);
      limit.add(bytes / MIB / work(disk.raw(), bytes, true));
      hashed.add(bytes / MIB / work(disk.raw(), bytes, false));
    }
    String unit = "MiB/s";
    report.add(Row.ratio("full snapshot", unit, full, "SHA-256 and zstd", limit, Goal.atLeast(.8)));
    report.add(Row.absolute("full snapshot", "CPU s/GiB", cpu, Goal.NONE));
    report.add(
        Row.ratio("snapshot, nothing changed", unit, again, "SHA-256", hashed, Goal.atLeast(.6)));
    others(lab, disk, report);
  }

  private void ours(Lab lab, Disk disk) throws IOException, InterruptedException {
    Path repository = lab.unused("full");
    Map<String, String> there = Map.of("EKKOFS_REPOSITORY", repository.toString());
    lab.ekkofs(there, "init");
    Lab.Timed first = lab.measured(there, "snapshot", disk.raw(), "disk/a");
    full.add(disk.dataBytes() / MIB / first.seconds());
    fullSeconds.add(first.seconds());
    cpu.add(first.cpuSeconds() / (disk.dataBytes() / GIB));
    Lab.Timed second = lab.measured(there, "snapshot", disk.raw(), "disk/b", "--parent", "disk/a");
    again.add(disk.dataBytes() / MIB / second.seconds());
    Folders.remove(repository);
  }

  private void others(Lab lab, Disk disk, Report report) throws IOException, InterruptedException {
    Goal half = Goal.atMost(.5);
    for (Keeper keeper : Keeper.installed(lab, report)) {
      Samples seconds = new Samples();
      for (int run = 0; run < lab.options().runs(); run++) {
        keeper.init();
        long begun = System.nanoTime();
        keeper.take(disk.raw());
        seconds.add((System.nanoTime() - begun) / 1e9);
        Folders.remove(keeper.repository());
      }
      report.add(Row.ratio("full snapshot", "s", fullSeconds, keeper.taking(), seconds, half));
    }
    Samples seconds = new Samples();
    for (int run = 0; run < lab.options().runs(); run++) {
      Path image = lab.unused("compressed");
      seconds.add(
          Programs.seconds(
              "qemu-img", "convert", "-c", "-f", "raw", "-O", "qcow2", disk.raw(), image));
      Files.delete(image);
    }
    report.add(Row.ratio("full snapshot", "s", fullSeconds, "compressed qcow2", seconds, half));
  }

  /** Has the kernel hold the disk, so that every run reads it from memory. */
  private static void warm(Path disk) throws IOException {
    Files.copy(disk, OutputStream.nullOutputStream());
  }

  /** Hashes, and compresses, by segments with all cores; gives the seconds it took. */
  private static double work(Path disk, long bytes, boolean compress) throws IOException {
    int segment = SegmentSize.DEFAULT.bytes();
    long begun = System.nanoTime();
    try (FileChannel file = FileChannel.open(disk)) {
      long kept =
          LongStream.range(0, bytes / segment)
              .parallel()
              .map(number -> work(file, number * segment, compress))
              .sum();
      if (kept < 0) {
        throw new IOException("nothing was compressed");
      }
    }
    return (System.nanoTime() - begun) / 1e9;
  }

  private static long work(FileChannel file, long offset, boolean compress) {
    byte[] data = new byte[SegmentSize.DEFAULT.bytes()];
    try {
      file.read(ByteBuffer.wrap(data), offset);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    SegmentHash hash = SegmentHash.of(data, data.length, SegmentSize.DEFAULT);
    return compress
        ? Zstd.compress(data, Compression.DEFAULT.level()).length
        : hash.nonZero().count();
  }
}
