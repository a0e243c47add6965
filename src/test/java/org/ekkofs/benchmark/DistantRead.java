package org.ekkofs.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.ekkofs.testing.SlowObjectStore;

/**
 * As {@link ColdRead} from a store that takes 20 ms to answer, against what so many fetches at a
 * time can bring, and against the same number of threads that read the chunks without FUSE.
 */
final class DistantRead implements Work.Measurement {
  private static final int MILLISECONDS = 20;
  private static final int FETCHES = 16;
  private static final double MIB = 1 << 20;

  @Override
  public void run(Lab lab, Report report) throws IOException, InterruptedException {
    Disk disk = lab.full();
    double mebibytes = disk.dataBytes() / MIB;
    Samples ours = new Samples();
    Samples plain = new Samples();
    try (ChunkReader chunks =
        new ChunkReader(
            lab.repository(),
            lab.path("cache"),
            disk,
            store -> new SlowObjectStore(store, Duration.ofMillis(MILLISECONDS)))) {
      chunks.decompressAndVerify(FETCHES);
      for (int run = 0; run < lab.options().runs(); run++) {
        ours.add(mebibytes / read(lab, disk));
        Lab.dropPageCache();
        plain.add(mebibytes / chunks.decompressAndVerify(FETCHES));
      }
      double waiting = Math.ceil((double) chunks.chunks() / FETCHES) * MILLISECONDS / 1e3;
      Samples limit = Samples.of(mebibytes / waiting);
      String work = "cold, store 20 ms away";
      report.add(Row.ratio(work, "MiB/s", ours, "16 fetches, reckoned", limit, Goal.NONE));
      report.add(Row.ratio(work, "MiB/s", ours, "16 threads, no FUSE", plain, Goal.atLeast(.8)));
    }
  }

  private static double read(Lab lab, Disk disk) throws IOException, InterruptedException {
    Path cache = lab.unused("cache");
    Server server = lab.distantMount(disk, cache, MILLISECONDS);
    Lab.dropPageCache();
    double seconds = Reader.BUFFERED.sequential(server.file(), disk.dataBytes());
    lab.stop(server);
    Folders.remove(cache);
    return seconds;
  }
}
