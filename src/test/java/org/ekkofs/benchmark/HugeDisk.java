package org.ekkofs.benchmark;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;

/** A disk of 64 TiB with a little data everywhere: opening it, and finding data in it. */
final class HugeDisk implements Work.Measurement {
  private static final long BYTES = 64L << 40;
  private static final int PIECES = 10_000;
  private static final int PIECE = 16 << 10;
  private static final int SEEKS = 2_000;
  private static final double MICRO = 1e6;

  @Override
  public void run(Lab lab, Report report) throws IOException, InterruptedException {
    Optional<Path> raw = make(lab.path("huge.raw"));
    if (raw.isEmpty()) {
      raw = make(Path.of("/dev/shm", lab.path("").getFileName() + ".raw"));
    }
    if (raw.isEmpty()) {
      report.note("No file system here takes files of 64 TiB; none was made.");
      return;
    }
    try {
      measure(lab.backedUp("huge", raw.get(), (long) PIECES * PIECE), lab, report);
    } finally {
      Files.delete(raw.get());
    }
  }

  /** Makes the disk, where the file system can hold such files. */
  private static Optional<Path> make(Path path) throws IOException {
    path.toFile().deleteOnExit();
    Random random = new Random(4);
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.setLength(BYTES);
      byte[] piece = new byte[PIECE];
      for (int at = 0; at < PIECES; at++) {
        random.nextBytes(piece);
        file.seek(random.nextLong(BYTES / PIECE) * PIECE);
        file.write(piece);
      }
      return Optional.of(path);
    } catch (IOException e) {
      Files.delete(path);
      return Optional.empty();
    }
  }

  private static void measure(Disk disk, Lab lab, Report report)
      throws IOException, InterruptedException {
    Samples open = new Samples();
    Samples seeks = new Samples();
    Samples memory = new Samples();
    for (int run = 0; run < lab.options().runs(); run++) {
      Path cache = lab.unused("cache");
      Server server = lab.mount(disk, cache);
      open.add(open(server.file()));
      seeks.add(Reader.seek(server.file(), SEEKS) * MICRO / SEEKS);
      memory.add(server.residentMebibytes());
      lab.stop(server);
      Folders.remove(cache);
    }
    report.add(Row.absolute("64 TiB: open, read 4 KiB", "s", open, Goal.atMost(1)));
    report.add(Row.absolute("64 TiB: find data anywhere", "µs", seeks, Goal.NONE));
    report.add(Row.absolute("64 TiB: memory of the server", "MiB", memory, Goal.NONE));
  }

  private static double open(Path file) throws IOException {
    long begun = System.nanoTime();
    try (FileChannel channel = FileChannel.open(file)) {
      channel.read(ByteBuffer.allocate(4096), BYTES / 2);
    }
    return (System.nanoTime() - begun) / 1e9;
  }
}
