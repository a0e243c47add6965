package org.ekkofs.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ekkofs.store.ConnectionSettings;
import org.ekkofs.store.ObjectStore;

/**
 * Reading a disk from beginning to end out of a remote store when nothing is cached, by a mount
 * that is new and by one that has read another disk before, against getting its chunks and
 * decompressing them, and against getting them alone.
 */
final class RemoteColdRead {
  private static final double MIB = 1 << 20;
  private static final double GIB = 1 << 30;

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
    Disk other = lab.sparse();
    Path cache = lab.unused("remote-cache");
    List<Object> init = new ArrayList<>(List.of("init"));
    init.addAll(List.of(remote.options()));
    lab.ekkofs(repository(cache), init.toArray());
    lab.ekkofs(repository(cache), "snapshot", disk.raw(), disk.name());
    lab.ekkofs(repository(cache), "snapshot", other.raw(), other.name());
    double mebibytes = disk.dataBytes() / MIB;
    int threads = ConnectionSettings.DEFAULT.connections();
    Samples fresh = new Samples();
    Samples busy = new Samples();
    Samples cpu = new Samples();
    Samples decompressed = new Samples();
    Samples fetched = new Samples();
    ChunkReader chunks = new ChunkReader(store, cache, disk);
    chunks.decompress(threads);
    for (int run = 0; run < lab.options().runs(); run++) {
      fresh.add(mebibytes / read(disk, Optional.empty(), new Samples()));
      decompressed.add(mebibytes / chunks.decompress(threads));
      busy.add(mebibytes / read(disk, Optional.of(other), cpu));
      fetched.add(mebibytes / chunks.fetch(threads, remote.plain()::get));
    }
    String work = remote.name() + ": cold sequential read";
    String unit = "MiB/s";
    Goal goal = Goal.atLeast(.8);
    report.add(Row.ratio(work, unit, busy, "decompressing", decompressed, goal));
    report.add(Row.ratio(work, unit, busy, "plain HTTP", fetched, Goal.NONE));
    report.add(Row.absolute(work, "CPU s/GiB", cpu, Goal.NONE));
    String newly = remote.name() + ": cold, newly mounted";
    report.add(Row.ratio(newly, unit, fresh, "decompressing", decompressed, goal));
    if (lab.options().profile) {
      Server server = mounted(disk, Optional.of(other), lab.unused("cache"));
      Profile.of(work, server, () -> timed(server, disk), lab, report);
    }
  }

  private Lab.Place repository(Path cache) {
    return new Lab.Place(remote.location(), cache, remote.environment());
  }

  private double read(Disk disk, Optional<Disk> before, Samples cpu)
      throws IOException, InterruptedException {
    Path cache = lab.unused("cache");
    Server server = mounted(disk, before, cache);
    double begun = server.cpuSeconds();
    double seconds = timed(server, disk);
    cpu.add((server.cpuSeconds() - begun) / (disk.dataBytes() / GIB));
    lab.stop(server);
    Folders.remove(cache);
    return seconds;
  }

  private Server mounted(Disk disk, Optional<Disk> before, Path cache)
      throws IOException, InterruptedException {
    Server server = lab.mount(disk, repository(cache));
    if (before.isPresent()) {
      Reader.BUFFERED.sequential(server.file(before.get().file()), Files.size(before.get().raw()));
    }
    return server;
  }

  private static double timed(Server server, Disk disk) throws IOException, InterruptedException {
    Lab.dropPageCache();
    return Reader.BUFFERED.sequential(server.file(), disk.dataBytes());
  }
}
