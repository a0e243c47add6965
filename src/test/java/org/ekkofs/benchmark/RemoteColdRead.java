package org.ekkofs.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.ekkofs.store.ConnectionSettings;
import org.ekkofs.store.ObjectStore;

/**
 * Reading a disk from beginning to end out of a remote store when nothing is cached, against
 * getting its chunks and decompressing them, and against getting them alone.
 */
final class RemoteColdRead {
  private static final double MIB = 1 << 20;

  private final RemoteLab remote;
  private final ObjectStore store;
  private final Lab lab;
  private final Report report;

  RemoteColdRead(RemoteLab remote, ObjectStore store, Lab lab, Report report) {
    this.remote = remote;
    this.store = store;
    this.lab = lab;
    this.report = report;
  }

  void measure() throws IOException, InterruptedException {
    Disk disk = lab.full();
    Path cache = lab.unused("remote-cache");
    List<Object> init = new ArrayList<>(List.of("init"));
    init.addAll(List.of(remote.options()));
    lab.ekkofs(repository(cache), init.toArray());
    lab.ekkofs(repository(cache), "snapshot", disk.raw(), disk.name());
    double mebibytes = disk.dataBytes() / MIB;
    int threads = ConnectionSettings.DEFAULT.connections();
    Samples ours = new Samples();
    Samples decompressed = new Samples();
    Samples fetched = new Samples();
    ChunkReader chunks = new ChunkReader(store, cache, disk);
    chunks.decompress(threads);
    for (int run = 0; run < lab.options().runs(); run++) {
      ours.add(mebibytes / read(disk));
      decompressed.add(mebibytes / chunks.decompress(threads));
      fetched.add(mebibytes / chunks.fetch(threads, remote.plain()::get));
    }
    String work = remote.name() + ": cold sequential read";
    String unit = "MiB/s";
    report.add(Row.ratio(work, unit, ours, "decompressing", decompressed, Goal.atLeast(.8)));
    report.add(Row.ratio(work, unit, ours, "plain HTTP", fetched, Goal.NONE));
  }

  private Lab.Place repository(Path cache) {
    return new Lab.Place(remote.location(), cache, remote.environment());
  }

  private double read(Disk disk) throws IOException, InterruptedException {
    Path cache = lab.unused("cache");
    Server server = lab.mount(disk, repository(cache));
    Lab.dropPageCache();
    double seconds = Reader.BUFFERED.sequential(server.file(), disk.dataBytes());
    lab.stop(server);
    Folders.remove(cache);
    return seconds;
  }
}
